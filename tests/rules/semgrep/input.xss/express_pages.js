// Server-made pages: Express.
const escapeHtml = require("escape-html");

app.get("/hello", (req, res) => {
  // ruleid: js-xss-response
  res.send(`<h1>Hello ${req.query.name}</h1>`);
});

app.get("/hello/safe", (req, res) => {
  // ok: js-xss-response
  res.send(`<h1>Hello ${escapeHtml(req.query.name)}</h1>`);
});

app.get("/echo", (req, res) => {
  // ruleid: js-xss-response
  res.send(req.query.message);
});

app.get("/echo/safe", (req, res) => {
  // ok: js-xss-response
  res.json({ message: req.query.message });
});

app.post("/unsubscribe", (req, res) => {
  const { email } = req.body;
  const page = "<p>We removed " + email + " from the list.</p>";
  // ruleid: js-xss-response
  res.status(200).send(page);
});

app.post("/unsubscribe/safe", (req, res) => {
  const { email } = req.body;
  // ok: js-xss-response
  res.render("unsubscribed", { email });
});
