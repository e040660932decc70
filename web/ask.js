// Questions to the server that the page is from.

/** The answer as JSON; throws an Error in the server's words, and where the answer was let go of or cut short. */
async function answered(response) {
    if (response.status === 204) return {};
    if (response.ok) return response.json();
    const data = await response.json().catch(() => ({}));
    throw new Error(data.error ?? `The server answered ${response.status}.`);
}

export async function post(path, body, signal) {
    const response = await fetch(path, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
        signal,
    });
    return answered(response);
}

export async function get(path, signal) {
    return answered(await fetch(path, { signal, cache: "no-store" }));
}
