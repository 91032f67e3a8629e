/* The way to the server and back: one message at a time, so that acts arrive in their order. */

const GIVE_UP_MS = 20000; // longer without an answer, and the message is sent again
const MOST_ACTS = 200; // in one message
const LASTING_BYTES = 60000; // a browser delivers no more than that for a page that is left

/* Gives the answer's status and content; fails where the server cannot be reached, or something else answers for it. */
async function post(address, message) {
  const body = JSON.stringify(message);
  const response = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body,
    cache: "no-store",
    keepalive: 3 * body.length < LASTING_BYTES, // a character has up to three bytes
    signal: AbortSignal.timeout(GIVE_UP_MS),
  });
  const told = await response.json();
  if (!(response.ok ? told.progress : told.problem)) throw new Error("somebody else answers for the server");
  return { status: response.status, told };
}

class Wire {
  /* `exchange` sends what there is to send, and takes the answer. */
  constructor(exchange) {
    this.exchange = exchange;
    this.isWanted = false;
    this.isBusy = false;
  }

  /* Send now, or as soon as the message before has been answered. */
  async send() {
    this.isWanted = true;
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      while (this.isWanted) {
        this.isWanted = false;
        await this.exchange();
      }
    } finally {
      this.isBusy = false; // whatever went wrong, the next message is sent
    }
  }
}
