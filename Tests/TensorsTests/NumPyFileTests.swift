import Files
import Tensors
import TestSupport
import Testing

/// A .npy file as bytes: magic, version, the header's length, the header padded as numpy.save does, the numbers.
private func npy(_ header: String, version: UInt8 = 1, _ data: [UInt8]) -> [UInt8] {
  let start = version == 1 ? 10 : 12
  let padding = 128 - start - header.utf8.count - 1
  let length = header.utf8.count + padding + 1
  let lengthBytes = version == 1 ? [UInt8(length), 0] : [UInt8(length), 0, 0, 0]
  return [0x93] + Array("NUMPY".utf8) + [version, 0] + lengthBytes + Array(header.utf8)
    + [UInt8](repeating: 0x20, count: padding) + [0x0a] + data
}

/// What numpy 2.4.6 writes for numpy.save of float32 [[0, 0.25], [-1, 3]], byte for byte.
private let savedByNumPy = npy(
  "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }",
  [0, 0, 0, 0, 0, 0, 0x80, 0x3e, 0, 0, 0x80, 0xbf, 0, 0, 0x40, 0x40])

private let plainHeader = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }"
private let twoNumbers: [UInt8] = [0, 0, 0, 0, 0, 0, 0x80, 0x3f]

@Suite struct NumPyFileTests {
  private let scratch = TemporaryFolder()
  private var path: String { scratch.path + "/x.npy" }

  private func read(_ bytes: [UInt8]) throws -> Tensor {
    let file = try AtomicFile(path: path)
    try file.write(bytes)
    try file.commit()
    return try Tensor(npy: path)
  }

  private func failure(_ bytes: [UInt8]) -> String {
    do {
      let found = try read(bytes)
      return "read \(found.shape)"
    } catch {
      return "\(error)"
    }
  }

  @Test func readsWhatNumPyWrites() throws {
    defer { scratch.remove() }
    let x = try read(savedByNumPy)
    #expect(x.shape == [2, 2])
    #expect(x.array == [0, 0.25, -1, 3])
    // 1/3 and -2.5 as float64.
    let doubles = try read(
      npy(
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }",
        [0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0xd5, 0x3f, 0, 0, 0, 0, 0, 0, 0x04, 0xc0]))
    #expect(doubles.array == [1 / 3, -2.5])
    let scalar = try read(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (), }", [0, 0, 0xe0, 0x40]))
    #expect(scalar.shape == [] && scalar.array == [7])
    let nothing = try read(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 5), }", []))
    #expect(nothing.shape == [0, 5] && nothing.array == [])
    for version in [2, 3] as [UInt8] {
      #expect(try read(npy(plainHeader, version: version, twoNumbers)).array == [0, 1])
    }
  }

  /// Whole numbers are read where they are asked for, and refused where someone may have forgotten to convert them.
  @Test(arguments: [
    ("|u1", [255, 3] as [UInt8], [255, 3] as [Float]),
    ("<i4", [0xfe, 0xff, 0xff, 0xff, 7, 0, 0, 0], [-2, 7]),
    ("<i8", [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 1, 0, 0, 0, 0, 0, 0], [-1, 257]),
  ])
  func wholeNumbers(_ format: String, _ data: [UInt8], _ expected: [Float]) throws {
    defer { scratch.remove() }
    let bytes = npy("{'descr': '\(format)', 'fortran_order': False, 'shape': (2,), }", data)
    #expect(failure(bytes).contains("expected float32 or float64 in C order, found '\(format)'"))
    #expect(try Tensor(npyOfAnyNumbers: path).array == expected)
  }

  @Test func fortranOrderIsTheSameAlongOneAxis() throws {
    defer { scratch.remove() }
    for shape in ["(2,)", "(1, 2)", "(1, 2, 1)"] {
      let header = "{'descr': '<f4', 'fortran_order': True, 'shape': \(shape), }"
      #expect(try read(npy(header, twoNumbers)).array == [0, 1])
    }
    let header = "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }"
    #expect(failure(npy(header, twoNumbers + twoNumbers)).contains("C order, found Fortran order"))
  }

  @Test func everyShapeComesBack() throws {
    defer { scratch.remove() }
    var generator = SeededGenerator(seed: 5)
    for shape in [[], [0], [1], [7], [2, 3], [3, 0, 2], [2, 3, 4, 1, 5], [Int](repeating: 1, count: 30), [100_000]] {
      let x = Tensor(shape, (0..<shape.reduce(1, *)).map { _ in Float(generator.uniform(-1e3, 1e3)) })
      try x.writeNPY(path)
      let bytes = try readFile(path, doing: "testing")
      // NumPy wants the numbers to begin at a multiple of 64.
      #expect((bytes.count - x.count * 4) % 64 == 0)
      let back = try Tensor(npy: path)
      #expect(back.shape == shape && back.array == x.array)
    }
  }

  @Test func specialNumbersComeBackBitForBit() throws {
    defer { scratch.remove() }
    let bits: [UInt32] = [0, 0x8000_0000, 0x7f80_0000, 0xff80_0000, 0x7fc0_0001, 1, 0x7f7f_ffff]
    try Tensor([bits.count], bits.map { Float(bitPattern: $0) }).writeNPY(path)
    #expect(try Tensor(npy: path).array.map(\.bitPattern) == bits)
  }

  @Test func everyCutIsAnError() {
    defer { scratch.remove() }
    for count in 0..<savedByNumPy.count {
      let text = failure(Array(savedByNumPy.prefix(count)))
      #expect(text.hasPrefix("reading '\(path)': "), "\(count) bytes: \(text)")
      let expected =
        count == 0
        ? "the file is empty"
        : count < 6
          ? "no NumPy magic"
          : count < 128 ? "a cut header" : "announces 16 bytes of data, the file holds \(count - 128)"
      #expect(text.contains(expected), "\(count) bytes: \(text)")
    }
    #expect(failure(savedByNumPy + [0]).contains("announces 16 bytes of data, the file holds 17"))
  }

  @Test func damageIsAnErrorOrOtherNumbers() {
    defer { scratch.remove() }
    // Whatever a byte of the head becomes: an error, or numbers in some shape; never a trap.
    var generator = SeededGenerator(seed: 6)
    for index in 0..<70 {
      for _ in 0..<4 {
        var bytes = savedByNumPy
        bytes[index] = UInt8(truncatingIfNeeded: generator.next())
        _ = failure(bytes)
      }
    }
  }

  @Test(arguments: [
    (
      "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }", "expected float32 or float64 in C order, found '<i4'"
    ),
    ("{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }", "found '>f4'"),
    ("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (2,), }", "found [('x'"),
    ("{'fortran_order': False, 'shape': (2,), }", "no NumPy .npy file: the header"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': 2, }", "the header"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2", "the header"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }", "the shape (-2,)"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2.0,), }", "the shape (2.0,)"),
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }",
      "the shape (99999999999999999999,)"
    ),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904,), }", "a shape that is too large"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (65536, 65536, 65536, 65536), }", "a shape that is too large"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776, 1048576), }", "announces 4611686018427387904"),
    ("not a header at all", "the header"),
  ])
  func badHeadersAreNamed(_ header: String, _ expected: String) {
    defer { scratch.remove() }
    let text = failure(npy(header, twoNumbers))
    #expect(text.hasPrefix("reading '\(path)': ") && text.contains(expected), "\(text)")
    #expect(text.contains(" -> "))
  }

  @Test func otherFilesAreNamed() {
    defer { scratch.remove() }
    #expect(failure(Array("PK\u{3}\u{4} an npz archive".utf8)).contains("no NumPy magic -> save it with numpy.save"))
    #expect(throws: FileError.self) { try Tensor(npy: scratch.path + "/none.npy") }
  }

  @Test func aFailedWriteLeavesTheOldFile() throws {
    defer { scratch.remove() }
    try Tensor([1], [5]).writeNPY(path)
    #expect(throws: FileError.self) { try Tensor([1], [6]).writeNPY(path + "/x.npy") }
    #expect(try Tensor(npy: path).array == [5])
  }
}
