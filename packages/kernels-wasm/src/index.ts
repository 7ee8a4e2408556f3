export { registrations } from "./registrations.ts";
