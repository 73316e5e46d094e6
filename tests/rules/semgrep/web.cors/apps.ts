// CORS: Express, Hono, by hand.
// ruleid: js-cors
app.use(cors({ origin: true, credentials: true }));
// ruleid: js-cors
app.use(cors({ origin: (origin, callback) => callback(null, true), credentials: true }));
// ruleid: js-cors
app.use("/api/*", cors({ origin: (origin) => origin, credentials: true }));
// ruleid: js-cors
app.use(cors({ origin: "*", credentials: true }));
// ok: js-cors, js-cors-allow-list
app.use(cors());
// ok: js-cors
// ruleid: js-cors-allow-list
app.use(cors({ origin: process.env.CORS_ORIGINS.split(","), credentials: true }));
// ok: js-cors, js-cors-allow-list
app.use(cors({ origin: "https://shop.example.com", credentials: true }));

app.use((req, res, next) => {
  // ruleid: js-cors
  res.setHeader("Access-Control-Allow-Origin", req.headers.origin);
  res.setHeader("Access-Control-Allow-Credentials", "true");
  next();
});

app.use((req, res, next) => {
  if (ALLOWED.has(req.headers.origin)) {
    const origin = req.headers.origin;
    // ok: js-cors
    res.setHeader("Access-Control-Allow-Origin", origin);
  }
  next();
});
