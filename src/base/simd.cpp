#include "base/simd.h"

namespace forescale::simd {

Path best_path() {
#if defined(__x86_64__)
    static const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
    return has_avx2 ? Path::avx2 : Path::baseline;
#else
    return Path::baseline;
#endif
}

}  // namespace forescale::simd
