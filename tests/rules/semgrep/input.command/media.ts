// Media tools: Express and a Next route.
import { exec, execFile, execSync, spawn } from "child_process";

app.post("/convert", (req: Request, res: Response) => {
  const { input, format } = req.body;
  // ruleid: js-command
  exec(`ffmpeg -i ${input} out.${format}`, (err) => res.json({ ok: !err }));
  // ok: js-command
  execFile("ffmpeg", ["-i", input, `out.${format}`], (err) => res.json({ ok: !err }));
});

app.get("/whois", (req: Request, res: Response) => {
  const domain = String(req.query.domain);
  // ruleid: js-command
  res.send(execSync("whois " + domain).toString());
});

app.get("/preview/:page", (req: Request, res: Response) => {
  const page = parseInt(req.params.page, 10);
  // ok: js-command
  res.send(execSync(`pdftoppm -f ${page} -l ${page} -png doc.pdf`));
});

export async function POST(request: NextRequest) {
  const { branch } = await request.json();
  // ruleid: js-command
  spawn(`git checkout ${branch}`, { shell: true });
  // ok: js-command
  spawn("git", ["checkout", "--", branch]);
  // ok: js-command
  const found = /(\d+)/.exec(branch);
  return NextResponse.json({ found });
}
