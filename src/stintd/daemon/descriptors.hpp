// The limit of open descriptors.
#pragma once

namespace stint {

/// Raises the limit of open descriptors as far as permitted and sensible; returns the old one. A session gives its
/// programs 1024, for those that use select(2); processes that stintd starts get that limit back.
unsigned long raiseDescriptorLimit();
/// Returns the present limit of open descriptors.
unsigned long descriptorLimit();

} // namespace stint
