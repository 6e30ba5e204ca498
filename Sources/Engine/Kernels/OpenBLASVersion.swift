internal import CBLAS

/// What OpenBLAS says of itself: its version, and the processor whose kernels it has chosen.
public func openBLASVersion() -> String? {
  guard let text = openblas_get_config() else { return nil }
  // "OpenBLAS 0.3.21 DYNAMIC_ARCH ..."
  let version = String(cString: text).split(separator: " ").dropFirst().first.map(String.init)
  let core = openblas_get_corename().map { ", kernels of \(String(cString: $0))" } ?? ""
  return version.map { $0 + core }
}
