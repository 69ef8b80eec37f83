/** The commonest words of English first, as its frequencies want it; then words made of syllables. */
const common =
  "the to and a of in is you that it for on with are be this was have as at we can if your by not or from will my do they what when how which there please would order about time one need it's don't get like so but more has an our out up who could any no just been their them where all some also";

const syllables =
  "ba ce di fo gu la me ni po ru sa te vi wo xa ber con dis for gen hal ist jun ker lan mon nor per qua ras sel tor und ver wis Zür Ål né 24 1st".split(
    " ",
  );

/** 50,000 distinct words. */
export const words: readonly string[] = makeWords(50_000);

function makeWords(size: number): string[] {
  const made = new Set(common.split(" "));
  for (let n = 0; made.size < size; n++) {
    let word = "";
    for (let rest = n + 1; rest > 0; rest = Math.floor(rest / syllables.length)) {
      word += syllables[rest % syllables.length] ?? "";
    }
    made.add(n % 40 === 0 ? `"${word}"` : word);
  }
  return [...made];
}
