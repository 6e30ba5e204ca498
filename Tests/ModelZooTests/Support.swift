import Checkpoint
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
