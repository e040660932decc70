// The limit of open descriptors. A session gives its programs 1024, for those that use select(2); processes started
// here get that limit back.
#pragma once

namespace stint {

/// Raises it as far as permitted and sensible; returns the old limit.
unsigned long raiseDescriptorLimit();
/// The present limit.
unsigned long descriptorLimit();

} // namespace stint
