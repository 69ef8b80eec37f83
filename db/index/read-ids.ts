const comma = 44;
const zero = 48;

/** Calls `use` with each id of a list joined by commas; nothing is made for each of them. */
export function forEachId(list: string, use: (id: number) => void): void {
  let id = 0;
  for (let at = 0; at < list.length; at++) {
    const code = list.charCodeAt(at);
    if (code !== comma) id = id * 10 + code - zero;
    else {
      use(id);
      id = 0;
    }
  }
  if (list !== "") use(id);
}
