import type { KernelProvider, Opened, ProviderRegistration } from "@octavo/spec";
import { refusal } from "./check-provider.ts";
import { firstLine } from "./first-line.ts";

/** A provider that may be used, or the reason why not. */
export type Usable = { readonly provider: KernelProvider } | { readonly reason: string };

/** Opens a registration and checks what it gives. A throw is a reason too: one bad library must not stop the others. */
export async function openProvider(registration: ProviderRegistration): Promise<Usable> {
  let opened: Opened;
  try {
    opened = await registration.open();
  } catch (error) {
    return { reason: `failed to open: ${firstLine(error)}` };
  }
  if ("unavailable" in opened)
    return { reason: [opened.unavailable, opened.hint].filter(Boolean).join("; ") };
  const reason = refusal(opened.provider);
  return reason === null ? opened : { reason };
}
