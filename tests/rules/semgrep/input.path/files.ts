// Downloads: Express and Next.
import fs from "fs";
import path from "path";

const ROOT = path.resolve("uploads");

app.get("/files/:name", (req: Request, res: Response) => {
  // ruleid: js-path
  res.sendFile(path.join(__dirname, "uploads", req.params.name));
  // ok: js-path
  res.sendFile(req.params.name, { root: ROOT });
});

app.get("/raw", async (req: Request, res: Response) => {
  const file = path.resolve(ROOT, req.query.file as string);
  // ruleid: js-path
  res.send(await fs.promises.readFile(file, "utf8"));
});

app.get("/raw/safe", async (req: Request, res: Response) => {
  const file = path.resolve(ROOT, req.query.file as string);
  if (!file.startsWith(ROOT + path.sep)) {
    return res.status(404).end();
  }
  // ok: js-path
  res.send(await fs.promises.readFile(file, "utf8"));
});

app.delete("/files", (req: Request, res: Response) => {
  const { name } = req.body;
  // ruleid: js-path
  fs.unlinkSync(`./uploads/${name}`);
  // ok: js-path
  fs.unlinkSync(`./uploads/${path.basename(name)}`);
  res.end();
});

export async function GET(request: Request, { params }: { params: { slug: string } }) {
  // ruleid: js-path
  const body = fs.readFileSync(path.join("content", `${params.slug}.mdx`), "utf8");
  const { searchParams } = new URL(request.url);
  const page = Number(searchParams.get("page"));
  // ok: js-path
  const index = fs.readFileSync(`content/index-${page}.json`, "utf8");
  return Response.json({ body, index });
}
