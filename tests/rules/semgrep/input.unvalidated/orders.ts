// Orders: Express with Mongoose, Next with Prisma and Supabase, a server action.
app.post("/orders", async (req: Request, res: Response) => {
  const { productId, quantity } = req.body;
  // ruleid: js-unvalidated
  const order = await Order.create({ productId, quantity, userId: req.user.id });
  res.json({ id: order.id });
});

app.post("/orders/safe", async (req: Request, res: Response) => {
  const { productId, quantity } = OrderInput.parse(req.body);
  // ok: js-unvalidated
  const order = await Order.create({ productId, quantity, userId: req.user.id });
  res.json({ id: order.id });
});

app.post("/orders/middleware", validate(orderSchema), async (req: Request, res: Response) => {
  // ok: js-unvalidated
  const order = await Order.create({ productId: req.body.productId, userId: req.user.id });
  res.json({ id: order.id });
});

export async function POST(request: Request) {
  const { email, budget } = await request.json();
  // ruleid: js-unvalidated
  const { error } = await supabase.from("leads").insert({ email, budget });
  return Response.json({ ok: !error });
}

export async function PUT(request: Request) {
  const body = await request.json();
  // ruleid: js-unvalidated
  await prisma.lead.update({ where: { id: body.id }, data: { budget: body.budget } });
  const parsed = LeadInput.safeParse(body);
  if (!parsed.success) {
    return Response.json({ error: "bad input" }, { status: 400 });
  }
  // ok: js-unvalidated
  await prisma.lead.update({ where: { id: body.id }, data: { budget: parsed.data.budget } });
  return Response.json({ ok: true });
}

export async function addTask(formData: FormData) {
  // ruleid: js-unvalidated
  await db.insert(tasks).values({ title: formData.get("title"), userId: session.user.id });
}

export async function addTaskSafe(formData: FormData) {
  const title = formData.get("title");
  if (typeof title !== "string" || title.length > 200) {
    return { error: "Give a title of at most 200 characters." };
  }
  // ok: js-unvalidated
  await db.insert(tasks).values({ title, userId: session.user.id });
}
