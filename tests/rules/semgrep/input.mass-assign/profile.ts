// Profiles: Express with Mongoose, Next with Prisma, Drizzle and Supabase.
app.post("/users", async (req: Request, res: Response) => {
  // ruleid: js-mass-assign
  const user = await User.create(req.body);
  res.json({ id: user.id });
});

app.post("/users/safe", async (req: Request, res: Response) => {
  const body = UserInput.parse(req.body);
  // ok: js-mass-assign
  const user = await User.create(body);
  res.json({ id: user.id });
});

app.put("/users/:id", async (req: Request, res: Response) => {
  // ruleid: js-mass-assign
  const user = await User.findByIdAndUpdate(req.params.id, req.body, { new: true });
  // ruleid: js-mass-assign
  Object.assign(user, req.body);
  // ok: js-mass-assign
  Object.assign(user, pick(req.body, ["name", "bio"]));
  res.json(user);
});

export async function PATCH(request: Request) {
  const body = await request.json();
  // ruleid: js-mass-assign
  await prisma.profile.update({ where: { id: session.user.id }, data: body });
  // ruleid: js-mass-assign
  await supabase.from("profiles").update({ ...body, updated_at: new Date().toISOString() }).eq("id", session.user.id);
  const { name, bio } = ProfileInput.parse(body);
  // ok: js-mass-assign
  await supabase.from("profiles").update({ name, bio }).eq("id", session.user.id);
  return Response.json({ ok: true });
}

export async function PUT(request: Request) {
  const body = profileInput.safeParse(await request.json());
  if (!body.success) {
    return Response.json({ error: "bad input" }, { status: 400 });
  }
  // ok: js-mass-assign
  await db.update(profiles).set(body.data).where(eq(profiles.id, session.user.id));
  return Response.json({ ok: true });
}

export async function saveSettings(formData: FormData) {
  const values = Object.fromEntries(formData);
  // ruleid: js-mass-assign
  await db.update(settings).set(values).where(eq(settings.userId, session.user.id));
}

app.post("/hook", (req: Request, res: Response) => {
  // ok: js-mass-assign
  const digest = crypto.createHmac("sha256", KEY).update(req.body).digest();
  res.json({ ok: verify(digest) });
});
