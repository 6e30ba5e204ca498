import Checkpoint
import Tensors
import Files
import Glibc
import TestSupport
import Testing

let fixtureFolder = checkpointFixtures

/// All files of weights among the fixtures.
let fixtureNames = expectedTensors.keys.sorted()

func fixture(_ name: String) throws -> Checkpoint { try Checkpoint(path: "\(fixtureFolder)/\(name)") }

func fixtureBytes(_ name: String) throws -> [UInt8] {
  try readFile("\(fixtureFolder)/\(name)", doing: "reading a fixture")
}

/// Writes bytes without waiting for the disk, as these tests write thousands of files.
func write(_ bytes: [UInt8], to path: String) {
  // ext4 writes a file that is emptied and filled anew to the disk at once: thousands of these take seconds.
  unlink(path)
  let file = fopen(path, "w")!
  #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
  fclose(file)
}

/// Opens bytes as a file of weights.
func open(_ bytes: [UInt8], as name: String = "weights.pyth") throws -> Checkpoint {
  let folder = TemporaryFolder()
  defer { folder.remove() }
  write(bytes, to: "\(folder.path)/\(name)")
  return try Checkpoint(path: "\(folder.path)/\(name)")
}

/// Opens bytes that must be refused, and returns the error's text; nil and a test failure when they are not.
func refusal(
  _ bytes: [UInt8], as name: String = "weights.pyth", sourceLocation: SourceLocation = #_sourceLocation
) -> String? {
  do {
    _ = try open(bytes, as: name)
    Issue.record("the file was accepted", sourceLocation: sourceLocation)
    return nil
  } catch {
    #expect(error is CheckpointError, sourceLocation: sourceLocation)
    return "\(error)"
  }
}

/// Reads every tensor, so that a wrong bound would show.
@discardableResult
func readAll(_ checkpoint: Checkpoint) throws -> Float {
  var sum: Float = 0
  for entry in checkpoint.entries { sum += try checkpoint.tensor(entry.name).array.reduce(0, +) }
  return sum
}
