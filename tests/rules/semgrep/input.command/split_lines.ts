// Chains over several lines, and a cast in the middle: Fastify.
export async function resize(request: FastifyRequest) {
  const { size } = (request as SizedRequest)
    // the body was parsed before
    .body;
  // ruleid: js-command
  execSync(`convert in.png -resize ${size} out.png`);
  // ok: js-command
  execFileSync("convert", ["in.png", "-resize", size, "out.png"]);
}
