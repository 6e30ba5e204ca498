import Checkpoint
import Files
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

/// The same with zeros that take no place on the disk, for networks as wide as published.
///
/// - Parameter configText: What is kept as the file's own configuration, as JSON writes it.
func saveZeros(_ shapes: [(name: String, shape: [Int])], configText: String) throws -> Checkpoint {
  var end = 0
  let tensors = shapes.map { name, shape in
    let start = end
    end += 4 * shape.reduce(1, *)
    return #""\#(name)":{"dtype":"F32","shape":\#(shape),"data_offsets":[\#(start),\#(end)]}"#
  }
  let header = Array((#"{"__metadata__":{"cfg":"\#(configText)"},"# + tensors.joined(separator: ",") + "}").utf8)
  let folder = TemporaryFolder()
  defer { folder.remove() }
  let path = folder.path + "/w.safetensors"
  let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) }
  let file = try AtomicFile(path: path)
  try file.write(length + header)
  try file.commit()
  truncate(path, 8 + header.count + end)
  return try Checkpoint(path: path, naming: PySlowFastNames())
}
