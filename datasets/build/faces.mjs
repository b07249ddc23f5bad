// Print one line of JSON, a list of SVG texts, for each identity:
//   node faces.mjs FACESJS_FOLDER IDENTITIES VARIANTS
// What makes a person (head, skin, hair, eyes, brows, nose, ears) stays; mouth, glasses,
// headgear, brow angle and shirt change from picture to picture.

const [folder, identities, variants] = process.argv.slice(2);
const { generate, faceToSvgString } = await import(`${folder}/build/index.js`);

// facesjs draws from Math.random: a seeded generator (mulberry32) makes it repeatable
let state = 20240229;
Math.random = () => {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
const choice = (list) => list[Math.floor(Math.random() * list.length)];

const MOUTHS = ["closed", "mouth", "mouth2", "mouth5", "side", "smile", "smile2",
  "smile3", "smile-closed", "straight", "angry"];
const GLASSES = ["none", "none", "none", "glasses1-primary", "glasses2-black"];
const HEADGEAR = ["none", "none", "none", "none", "headband", "hat"];
const SHIRTS = ["jersey", "jersey2", "jersey3", "jersey4", "jersey5", "baseball",
  "hockey", "football"];
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#f0e442", "#ffffff"];

for (let i = 0; i < Number(identities); i++) {
  const person = generate(undefined, { gender: i % 2 ? "female" : "male" });
  const pictures = [];
  for (let j = 0; j < Number(variants); j++) {
    pictures.push(faceToSvgString(person, {
      mouth: { id: choice(MOUTHS), flip: Math.random() < 0.5 },
      glasses: { id: choice(GLASSES) },
      accessories: { id: choice(HEADGEAR) },
      jersey: { id: choice(SHIRTS) },
      teamColors: [choice(COLOURS), choice(COLOURS), choice(COLOURS)],
      eyebrow: { angle: person.eyebrow.angle + Math.round(16 * Math.random() - 8) },
    }));
  }
  console.log(JSON.stringify(pictures));
}
