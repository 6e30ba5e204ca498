internal import Files

/// The files of weights among the fixtures.
public let checkpointFixtures = projectRoot + "/Tests/Fixtures/Checkpoint"

/// One row of expected.tsv.
public struct ExpectedTensor: Sendable {
  public let name: String
  public let dtype: String
  public let shape: [Int]
  public let values: [Float]
}

/// What each of them must read as, in the file's order, under the names that PySlowFast's models have.
public let expectedTensors: [String: [ExpectedTensor]] = {
  guard let bytes = try? readFile(checkpointFixtures + "/expected.tsv", doing: "reading the fixtures") else {
    return [:]
  }
  var result: [String: [ExpectedTensor]] = [:]
  for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
    let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    let shape = fields[3] == "scalar" ? [] : fields[3].split(separator: "x").map { Int($0)! }
    result[fields[0], default: []].append(
      ExpectedTensor(name: fields[1], dtype: fields[2], shape: shape, values: floats(hex: fields[4])))
  }
  return result
}()

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
