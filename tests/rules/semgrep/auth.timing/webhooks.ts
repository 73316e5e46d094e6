// Keys and signatures: Express and Next.
import { createHmac, timingSafeEqual } from "crypto";

app.post("/tasks", (req: Request, res: Response) => {
  // ruleid: js-timing
  if (req.headers["x-api-key"] !== process.env.API_KEY) {
    return res.status(401).end();
  }
  // ok: js-timing
  if (req.body.kind === TaskKind.SECRET || API_KEYS.indexOf(req.body.key) === -1) {
    return res.status(400).end();
  }
  // ok: js-timing
  if (req.body.kind === "secret") {
    return res.status(400).end();
  }
  res.json({ ok: true });
});

export async function GET(request: Request) {
  // ruleid: js-timing
  if (request.headers.get("authorization") !== `Bearer ${process.env.CRON_SECRET}`) {
    return new Response("no", { status: 401 });
  }
  return Response.json({ ok: true });
}

export async function POST(request: Request) {
  const signature = request.headers.get("x-signature");
  const expected = createHmac("sha256", KEY).update(await request.text()).digest("hex");
  // ruleid: js-timing
  if (signature !== expected) {
    return new Response("no", { status: 401 });
  }
  return Response.json({ ok: true });
}

export async function PUT(request: Request) {
  const signature = request.headers.get("x-signature") ?? "";
  const expected = createHmac("sha256", KEY).update(await request.text()).digest("hex");
  // ok: js-timing
  if (signature.length !== expected.length || !timingSafeEqual(Buffer.from(signature), Buffer.from(expected))) {
    return new Response("no", { status: 401 });
  }
  return Response.json({ ok: true });
}
