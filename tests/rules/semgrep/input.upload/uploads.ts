// Uploads: Express with multer.
// ruleid: js-upload
const upload = multer({ dest: "uploads/" });

// ruleid: js-upload
const inMemory = multer({ storage: multer.memoryStorage(), limits: { fileSize: 5_000_000 } });

// ok: js-upload
const images = multer({
  dest: "uploads/",
  limits: { fileSize: 5_000_000, files: 1 },
  fileFilter: (req, file, cb) => cb(null, ["image/png", "image/jpeg"].includes(file.mimetype)),
});

// ok: js-upload
const fieldsOnly = multer().none();
