import Checkpoint
import Tensors
import Files
import Glibc
import TestSupport
import Testing

let fixtureFolder = projectRoot + "/Tests/Fixtures/Checkpoint"

/// One row of expected.tsv.
struct ExpectedTensor {
  let name: String
  let dtype: String
  let shape: [Int]
  let values: [Float]
}

/// What each fixture must read as, in the file's order.
let expectedTensors: [String: [ExpectedTensor]] = {
  guard let bytes = try? readFile(fixtureFolder + "/expected.tsv", doing: "reading the fixtures") else { return [:] }
  var result: [String: [ExpectedTensor]] = [:]
  for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
    let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    let shape = fields[3] == "scalar" ? [] : fields[3].split(separator: "x").map { Int($0)! }
    result[fields[0], default: []].append(
      ExpectedTensor(name: fields[1], dtype: fields[2], shape: shape, values: floats(hex: fields[4])))
  }
  return result
}()

/// All files of weights among the fixtures.
let fixtureNames = expectedTensors.keys.sorted()

func fixture(_ name: String) throws -> Checkpoint { try Checkpoint(path: "\(fixtureFolder)/\(name)") }

func fixtureBytes(_ name: String) throws -> [UInt8] {
  try readFile("\(fixtureFolder)/\(name)", doing: "reading a fixture")
}

private func floats(hex: String) -> [Float] {
  let digits = Array(hex.utf8)
  return stride(from: 0, to: digits.count, by: 8).map { start in
    var bits: UInt32 = 0
    for byte in 0..<4 {
      let pair = String(decoding: digits[start + 2 * byte..<start + 2 * byte + 2], as: UTF8.self)
      bits |= UInt32(pair, radix: 16)! << (8 * byte)
    }
    return Float(bitPattern: bits)
  }
}

/// Writes bytes without waiting for the disk, as these tests write thousands of files.
func write(_ bytes: [UInt8], to path: String) {
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
