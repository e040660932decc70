// Numbers and times as a person says them. Pure: whoever calls says what time it is.

const SECOND = 1000,
    MINUTE = 60 * SECOND,
    HOUR = 60 * MINUTE,
    DAY = 24 * HOUR;
const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** "64 MiB", "1.2 GiB". @param {number | null | undefined} count */
export function bytes(count) {
    if (count === null || count === undefined || count < 0) return "unknown";
    let unit = 0;
    let size = count;
    while (size >= 1023.5 && unit < UNITS.length - 1) {
        size /= 1024;
        ++unit;
    }
    const digits = unit > 0 && size < 9.95 ? 1 : 0;
    return `${size.toFixed(digits).replace(/\.0$/, "")} ${UNITS[unit]}`;
}

export function rate(perSecond) {
    return `${bytes(Math.round(perSecond))}/s`;
}

/** "42 s", "3 min", "1 h 20 min", "2 days 3 h": as exact as anybody wants it. @param {number} length milliseconds */
export function duration(length) {
    const seconds = Math.max(0, Math.round(length / SECOND));
    if (seconds < 60) return `${seconds} s`;
    const minutes = Math.floor(seconds / 60);
    if (minutes < 10 && seconds % 60 > 0) return `${minutes} min ${seconds % 60} s`;
    const rounded = Math.round(seconds / 60);
    if (rounded < 60) return `${rounded} min`;
    const hours = Math.floor(rounded / 60);
    if (hours < 24) return rounded % 60 > 0 ? `${hours} h ${rounded % 60} min` : `${hours} h`;
    const days = Math.floor(hours / 24);
    const word = days === 1 ? "1 day" : `${days} days`;
    return hours % 24 > 0 ? `${word} ${hours % 24} h` : word;
}

/** The same in one unit, where there is little room: "42 s", "3 min", "80 min", "5 h", "2 days". */
export function roughly(length) {
    if (length < 90 * SECOND) return `${Math.max(0, Math.round(length / SECOND))} s`;
    if (length < 100 * MINUTE) return `${Math.round(length / MINUTE)} min`;
    if (length < 36 * HOUR) return `${Math.round(length / HOUR)} h`;
    return `${Math.round(length / DAY)} days`;
}

export function ago(then, now) {
    return now - then < 5 * SECOND ? "just now" : `${roughly(now - then)} ago`;
}

export function ahead(then, now) {
    return then - now < SECOND ? "any moment" : `in ${duration(Math.ceil((then - now) / SECOND) * SECOND)}`;
}

const formats = {};
function format(options, time) {
    const name = JSON.stringify(options);
    formats[name] ??= new Intl.DateTimeFormat("en-GB", options);
    return formats[name].format(time);
}

/** "14:05" */
export function clock(time) {
    return format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, time);
}

/** "14:05:09" */
function clockWithSeconds(time) {
    return format({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }, time);
}

/** Days between the two as a calendar counts them. */
function daysFrom(now, time) {
    const midnight = (of) => new Date(new Date(of).setHours(0, 0, 0, 0)).getTime();
    return Math.round((midnight(time) - midnight(now)) / DAY);
}

/** "14:05", "tomorrow 07:40", "yesterday 22:10", "Fri 09:00", "3 Dec 09:00". */
export function when(time, now, hour = clock(time)) {
    const days = daysFrom(now, time);
    if (days === 0) return hour;
    if (days === 1) return `tomorrow ${hour}`;
    if (days === -1) return `yesterday ${hour}`;
    if (Math.abs(days) < 7) return `${format({ weekday: "short" }, time)} ${hour}`;
    return `${format({ day: "numeric", month: "short" }, time)} ${hour}`;
}

/** The same to the second: "14:05:09", "yesterday 22:10:42". */
export function whenExactly(time, now) {
    return when(time, now, clockWithSeconds(time));
}

/** The same inside a sentence: "at 14:05", "tomorrow at 07:40". */
export function atWhen(time, now) {
    const words = when(time, now).split(" ");
    const hour = words.pop();
    return [...words, "at", hour].join(" ");
}

export function dayAndTime(time) {
    return `${format({ weekday: "short", day: "numeric", month: "short" }, time)} ${clock(time)}`;
}

/** "1 job", "3 jobs". */
export function counted(count, one, many = `${one}s`) {
    return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/** "a", "a and b", "a, b and c". @param {string[]} things */
export function listed(things) {
    if (things.length < 2) return things.join("");
    return `${things.slice(0, -1).join(", ")} and ${things.at(-1)}`;
}

export function capital(text) {
    return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Names of code as a person reads them: "working_set" is "working set". */
export function plain(name) {
    return String(name).replaceAll("_", " ").toLowerCase();
}
