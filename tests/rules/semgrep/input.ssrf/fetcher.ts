// Link previews and proxies: Express, Next, a Supabase function, tRPC.
const ALLOWED = new Set(["images.example.com"]);
const API_URL = process.env.API_URL;

app.get("/preview", async (req: Request, res: Response) => {
  // ruleid: js-ssrf
  const page = await axios.get(req.query.url as string, { timeout: 5000 });
  res.json({ title: page.data.slice(0, 100) });
});

export async function GET(request: NextRequest) {
  const url = request.nextUrl.searchParams.get("url");
  // ruleid: js-ssrf
  const image = await fetch(url, { signal: AbortSignal.timeout(5000) });
  return new NextResponse(image.body);
}

export async function POST(request: NextRequest) {
  const { url } = await request.json();
  const parsed = new URL(url);
  if (parsed.protocol !== "https:" || !ALLOWED.has(parsed.hostname)) {
    return NextResponse.json({ error: "host not allowed" }, { status: 400 });
  }
  // ok: js-ssrf
  const image = await fetch(parsed, { signal: AbortSignal.timeout(5000) });
  return new NextResponse(image.body);
}

Deno.serve(async (req) => {
  const { feed, id } = await req.json();
  // ruleid: js-ssrf
  const xml = await fetch(`https://${feed}/rss`, { signal: AbortSignal.timeout(5000) });
  // ok: js-ssrf
  const item = await fetch(`${API_URL}/items/${id}`, { signal: AbortSignal.timeout(5000) });
  // ok: js-ssrf
  const same = await fetch("https://api.example.com/items/" + id, { signal: AbortSignal.timeout(5000) });
  return new Response(await xml.text());
});

export const hooks = router({
  test: procedure.mutation(async ({ ctx, input }) => {
    // ruleid: js-ssrf
    await fetch(input.url, { method: "POST", signal: AbortSignal.timeout(5000) });
    const hook = await ctx.prisma.hook.findFirst({ where: { id: input.id } });
    // ok: js-ssrf
    await fetch(hook.url, { method: "POST", signal: AbortSignal.timeout(5000) });
  }),
});

app.get("/image", async (req: Request, res: Response) => {
  const { url } = req.query;
  let parsed;
  try {
    parsed = new URL(url as string);
  } catch {
    return res.status(400).end();
  }
  if (!ALLOWED.has(parsed.hostname)) {
    return res.status(403).end();
  }
  // ok: js-ssrf
  const image = await fetch(url as string, { signal: AbortSignal.timeout(5000) });
  res.send(await image.text());
});
