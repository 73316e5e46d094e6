// Mail previews: Express with ejs, Handlebars and nunjucks.
app.post("/preview", (req, res) => {
  const { template, name } = req.body;
  // ruleid: js-template
  const html = ejs.render(template, { name });
  // ok: js-template
  const same = ejs.render("Dear <%= name %>,", { name });
  res.json({ html, same });
});

app.get("/subject", (req, res) => {
  // ruleid: js-template
  const subject = Handlebars.compile(`Re: ${req.query.subject}`);
  // ok: js-template
  const fixed = Handlebars.compile("Re: {{subject}}");
  res.json({ a: subject({}), b: fixed({ subject: req.query.subject }) });
});

app.get("/profile", (req, res) => {
  // ruleid: js-template
  res.render("profile", req.query);
});

app.get("/profile/safe", (req, res) => {
  // ok: js-template
  res.render("profile", { tab: req.query.tab });
});
