import Checkpoint
import Glibc
import Tensors
import TestSupport
import Testing

/// Files that are cut or altered: whatever happens to them, the program neither crashes nor hangs.
@Suite struct DamageTests {
  private func attempt(_ bytes: [UInt8], _ path: String) throws -> Checkpoint {
    write(bytes, to: path)
    return try Checkpoint(path: path)
  }

  /// What a file is refused with; nil when it is taken.
  private func refusalText(_ path: String) -> String? {
    do {
      _ = try Checkpoint(path: path)
      return nil
    } catch {
      return error is CheckpointError ? "\(error)" : "no CheckpointError: \(error)"
    }
  }

  /// Every proper beginning of a file is refused.
  @Test(arguments: fixtureNames) func cutAnywhere(_ name: String) throws {
    let bytes = try fixtureBytes(name)
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/cut.pyth"
    write(bytes, to: path)
    for length in (0..<bytes.count).reversed() {
      try #require(truncate(path, length) == 0)
      let text = refusalText(path)
      let isClear = text.map { $0.contains("cut.pyth") && $0.contains("->") && !$0.hasPrefix("no CheckpointError") }
      if isClear != true {
        Issue.record("\(name) cut to \(length) bytes: \(text ?? "accepted")")
        return
      }
    }
  }

  /// Altered bytes give an error or other numbers, never a crash; the seed is the case.
  @Test(arguments: fixtureNames) func alteredAnywhere(_ name: String) throws {
    let original = try fixtureBytes(name)
    let folder = TemporaryFolder()
    defer { folder.remove() }
    var refused = 0
    for seed in 0..<300 {
      var generator = SeededGenerator(seed: UInt64(seed))
      var bytes = original
      for _ in 0...Int(generator.next() % 4) {
        let place = Int(generator.next() % UInt64(bytes.count))
        switch generator.next() % 3 {
        case 0: bytes[place] ^= 1 << UInt8(generator.next() % 8)
        case 1: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
        default: bytes[place] = [0, 0x7f, 0x80, 0xff][Int(generator.next() % 4)]
        }
      }
      do {
        let checkpoint = try attempt(bytes, folder.path + "/altered.pyth")
        try readAll(checkpoint)
        _ = checkpoint.summaryLines + checkpoint.tensorLines
      } catch {
        #expect(error is CheckpointError, "\(name), seed \(seed)")
        refused += 1
      }
    }
    #expect(refused > 0)
  }

  /// Random operations after a pickle's beginning.
  @Test func randomPickles() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let opcodes = Array("(.012FIJKLMNPQRSTUVXabcdeghijlopqrstu}])GBC".utf8) + Array(0x80...0x98)
    for seed in 0..<3000 {
      var generator = SeededGenerator(seed: UInt64(seed))
      var bytes: [UInt8] = [0x80, 2, 0x7d, 0x5d, 0x29, 0x4e]
      for _ in 0..<Int(generator.next() % 60) {
        bytes.append(opcodes[Int(generator.next() % UInt64(opcodes.count))])
        if generator.next() % 3 == 0 { bytes.append(UInt8(generator.next() % 6)) }
        if generator.next() % 8 == 0 { bytes += Array("1\n".utf8) }
      }
      do {
        try readAll(attempt(bytes + [0x2e], folder.path + "/random.pkl"))
      } catch { #expect(error is CheckpointError, "seed \(seed)") }
    }
  }

  @Test func legacyStoragesThatLie() throws {
    let bytes = try fixtureBytes("legacy_protocol2.pyth")
    // The last storage's count stands before its numbers, at the end of the file.
    var text = refusal(Array(bytes.dropLast(1)))
    #expect(text?.contains("are left") == true, "\(text ?? "")")
    let keys = Pickle.proto2 + Pickle.emptyList + Pickle.text("other") + Pickle.append + Pickle.stop
    let magic: [UInt8] = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e]
    let version = Pickle.proto2 + Pickle.integer(1001) + Pickle.stop
    let system = Pickle.proto2 + Pickle.emptyDictionary + Pickle.stop
    let state = Pickle.state(("w", Pickle.tensor([2], strides: [1], count: 2)))
    text = refusal(magic + version + system + state + keys)
    #expect(text?.contains("nothing refers to") == true, "\(text ?? "")")
    let own = Pickle.proto2 + Pickle.emptyList + Pickle.text("0") + Pickle.append + Pickle.stop
    for count in [-1, Int64.max, Int64.max / 4, Int64.min] as [Int64] {
      #expect(refusal(magic + version + system + state + own + little(count) + floatBytes([1, 2])) != nil)
    }
    let good = magic + version + system + state + own + little(Int64(2)) + floatBytes([1, 2])
    #expect(try open(good).tensor("w").array == [1, 2])
    text = refusal(magic + Pickle.proto2 + Pickle.integer(1002) + Pickle.stop + system)
    #expect(text?.contains("unknown version") == true, "\(text ?? "")")
    let big =
      Pickle.proto2 + Pickle.emptyDictionary + Pickle.text("little_endian") + [0x89] + Pickle.setItem + Pickle.stop
    #expect(refusal(magic + version + big + state)?.contains("big-endian") == true)
  }
}
