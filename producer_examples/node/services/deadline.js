export class DeadlinePassed extends Error {}

/** What the promise brings, or DeadlinePassed after so many milliseconds. It does not end what was begun. */
export async function withDeadline(promise, ms, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new DeadlinePassed(`${what} took more than ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
