// Security headers: Express, Hono, Fastify.
const app = express();
// ruleid: js-helmet
app.use(helmet());
// ok: js-helmet
app.use(express.json());

const api = new Hono();
// ruleid: js-helmet
api.use("*", secureHeaders());
