// node octavo-process.mjs <program>: as a user's program would, from the packages as they are published, to the first result.
import { load } from "@octavo/runtime";

const session = await load(process.argv[2]);
const [{ name, shape }] = session.inputs;
const [, ...image] = shape;
const data = new Float32Array(image.reduce((a, b) => a * b)).fill(0.5);
const result = session.run({ [name]: { data, shape: [1, ...image] } });
const sum = Object.values(result)[0].data.reduce((a, b) => a + b);
process.stdout.write(JSON.stringify({ rss: process.memoryUsage.rss(), sum }));
