import Checkpoint
import Glibc
import ModelZoo
import Tensors
import TestSupport

/// A file of weights of the fixtures of Checkpoint.
func fixture(_ name: String) throws -> Checkpoint {
  try Checkpoint(path: projectRoot + "/Tests/Fixtures/Checkpoint/" + name, naming: PySlowFastNames())
}

/// Writes tensors to a file of weights, `w.safetensors`, and opens it.
func save(_ items: [(name: String, tensor: Tensor)]) throws -> Checkpoint {
  let folder = TemporaryFolder()
  defer { folder.remove() }
  try writeSafetensors(items, to: folder.path + "/w.safetensors")
  return try Checkpoint(path: folder.path + "/w.safetensors", naming: PySlowFastNames())
}

/// The same with zeros that take no place on the disk, for networks as wide as published, and for many files.
///
/// - Parameter configText: What is kept as the file's own configuration; nil for none.
func saveZeros(_ shapes: [(name: String, shape: [Int])], configText: String? = nil) throws -> Checkpoint {
  let folder = TemporaryFolder()
  defer { folder.remove() }
  var end = 0
  var header = "{"
  if let text = configText?.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n") {
    header += #""__metadata__":{"cfg":"\#(text)"},"#
  }
  header += shapes.map { name, shape in
    let start = end
    end += 4 * shape.reduce(1, *)
    return #""\#(name)":{"dtype":"F32","shape":\#(shape),"data_offsets":[\#(start),\#(end)]}"#
  }.joined(separator: ",")
  let bytes = Array((header + "}").utf8)
  let length = withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { Array($0) }
  let path = folder.path + "/w.safetensors"
  // Nothing has to outlive the test: an ordinary file will do.
  let file = open(path, O_CREAT | O_WRONLY, 0o600)
  defer { close(file) }
  for part in [length, bytes] { precondition(write(file, part, part.count) == part.count) }
  ftruncate(file, off_t(8 + bytes.count + end))
  return try Checkpoint(path: path, naming: PySlowFastNames())
}
