#pragma once

namespace octavo {

/**
 * Cores that this process may use: threads that share a core count once, since two of them compute no faster than one.
 * At least 1.
 */
int coreCount();

}  // namespace octavo
