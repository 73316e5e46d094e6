// Password reset: Express with nodemailer, Next with Resend.
app.post("/forgot", async (req: Request, res: Response) => {
  const link = `https://${req.headers.host}/reset?token=${await makeToken(req.body.email)}`;
  // ruleid: js-host
  await transporter.sendMail({ to: req.body.email, subject: "Reset", text: link });
  res.json({ ok: true });
});

app.post("/forgot/safe", async (req: Request, res: Response) => {
  const link = `${process.env.APP_URL}/reset?token=${await makeToken(req.body.email)}`;
  // ok: js-host
  await transporter.sendMail({ to: req.body.email, subject: "Reset", text: link });
  res.json({ ok: true });
});

export async function POST(request: Request) {
  const { email } = await request.json();
  const origin = request.headers.get("origin");
  // ruleid: js-host
  await resend.emails.send({ from: FROM, to: email, html: `<a href="${origin}/invite">Join</a>` });
  // ok: js-host
  await resend.emails.send({ from: FROM, to: email, html: `<a href="${APP_URL}/invite">Join</a>` });
  return Response.json({ ok: true });
}

export async function resendVerification(email: string) {
  const h = await headers();
  const url = `https://${h.get("host")}/verify?token=${await makeToken(email)}`;
  // ruleid: js-host
  await sendVerificationEmail(email, url);
}
