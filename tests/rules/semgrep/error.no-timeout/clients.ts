// Calls to other services, with and without a timeout.
const RATES_URL = process.env.RATES_URL!;

// ruleid: js-timeout-default
export const api = axios.create({ baseURL: RATES_URL, timeout: 10_000 });
// ok: js-timeout-default
export const slow = axios.create({ baseURL: RATES_URL });

export async function rates() {
  // ruleid: js-no-timeout
  const response = await fetch("https://rates.example.com/latest");
  return response.json();
}

export async function ratesSafe() {
  // ok: js-no-timeout
  const response = await fetch("https://rates.example.com/latest", { signal: AbortSignal.timeout(5_000) });
  return response.json();
}

export async function complete(prompt: string) {
  // ruleid: js-no-timeout
  const response = await fetch(`${process.env.LLM_URL}/v1/complete`, {
    method: "POST",
    body: JSON.stringify({ prompt }),
  });
  return response.json();
}

export async function own(path: string, options: RequestInit) {
  // ok: js-no-timeout
  const first = await fetch("/api/orders");
  // ok: js-no-timeout
  const second = await fetch("https://rates.example.com/latest", options);
  const controller = new AbortController();
  // ok: js-no-timeout
  const third = await fetch(`${RATES_URL}/${path}`, { signal: controller.signal });
  return [first, second, third];
}

export async function charge(amount: number) {
  // ruleid: js-no-timeout
  await axios.post("https://pay.example.com/charges", { amount });
  // ok: js-no-timeout
  await axios.post("https://pay.example.com/charges", { amount }, { timeout: 10_000 });
}
