// Questions to the server that the page is from.

/** The answer as JSON; throws an Error in the server's words. */
async function answered(response) {
    const data = await response.json().catch(() => ({}));
    if (!response.ok) throw new Error(data.error ?? `The server answered ${response.status}.`);
    return data;
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
