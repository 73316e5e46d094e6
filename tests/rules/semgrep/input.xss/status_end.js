// Responses ended in other ways than with send.
app.get("/hello", (req, res) => {
  // ruleid: js-xss-response
  res.status(200).end(`<p>${req.query.name}</p>`);
});

app.get("/bye", (req, res) => {
  // ok: js-xss-response
  res.status(200).end(`<p>${escapeHtml(req.query.name)}</p>`);
});
