import Configuration
import Files
import TestSupport

/// Lines that make the smallest config that the native path can build: Slow, one pathway.
let slow = "MODEL:\n  ARCH: slow\n  MODEL_NAME: ResNet\n"

/// Lines of a config for a model that has no checks of its own.
let unchecked = "MODEL:\n  MODEL_NAME: PTVResNet\n"

/// A two-pathway config, without section for the keys under test.
let slowfastPath = projectRoot + "/configs/AVA/SLOWFAST_32x2_R50_SHORT.yaml"

/// Loads a config from text.
func load(_ yaml: String, _ overrides: [String] = []) throws -> Configuration {
  let folder = TemporaryFolder()
  defer { folder.remove() }
  try writeFile(folder.path + "/test.yaml", yaml)
  return try Configuration.load(path: folder.path + "/test.yaml", overrides: overrides)
}

/// Loads what must fail, and returns the error's text without the temporary folder; "loaded" if it doesn't fail.
func failure(_ yaml: String, _ overrides: [String] = []) -> String { failure(Array(yaml.utf8), overrides) }

/// Loads bytes that must fail.
func failure(_ bytes: [UInt8], _ overrides: [String] = []) -> String {
  let folder = TemporaryFolder()
  defer { folder.remove() }
  do {
    let file = try AtomicFile(path: folder.path + "/test.yaml")
    try file.write(bytes)
    try file.commit()
    _ = try Configuration.load(path: folder.path + "/test.yaml", overrides: overrides)
    return "loaded"
  } catch {
    return "\(error)".split(separator: folder.path + "/", omittingEmptySubsequences: false).joined()
  }
}

/// Repeatable random numbers (SplitMix64).
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
