// How many descriptors this process may have open. A session gives its programs 1024, for the sake of those that use
// select(2); what is started here gets that limit back.
#pragma once

namespace stint {

/// Raises it as far as it may be, within reason; answers what it was.
unsigned long raiseDescriptorLimit();
/// As it is now.
unsigned long descriptorLimit();

} // namespace stint
