import Checkpoint
import TestSupport
import Testing

/// Proposals of another program, which a pickle of arrays under odd names is.
@Suite struct BoxPickleTests {
  /// NumPy's pickle of a float32 matrix.
  private func array(_ rows: Int, _ columns: Int) -> [UInt8] {
    let kind =
      Pickle.global("numpy", "dtype") + Pickle.tuple(Pickle.text("f4"), Pickle.integer(0), Pickle.integer(1))
      + Pickle.reduce
      + Pickle.tuple(
        Pickle.integer(3), Pickle.text("<"), Pickle.none, Pickle.none, Pickle.none, Pickle.integer(-1),
        Pickle.integer(-1), Pickle.integer(0)) + Pickle.build
    let numbers = floatBytes([Float](repeating: 0.5, count: rows * columns))
    let bytes = [0x42] + little(UInt32(numbers.count)) + numbers
    return Pickle.global("numpy.core.multiarray", "_reconstruct")
      + Pickle.tuple(Pickle.global("numpy", "ndarray"), Pickle.integers([0]), [0x42] + little(UInt32(1)) + [0x62])
      + Pickle.reduce
      + Pickle.tuple(Pickle.integer(1), Pickle.integers([rows, columns]), kind, [0x89], bytes) + Pickle.build
  }

  private func checkpoint(_ items: [(name: String, value: [UInt8])]) throws -> Checkpoint {
    try open(
      Pickle.proto2 + Pickle.emptyDictionary + items.flatMap { Pickle.text($0.name) + $0.value + Pickle.setItem }
        + Pickle.stop, as: "boxes.pkl")
  }

  @Test func isToldFromWeights() throws {
    let boxes = try #require(try BoxPickle(checkpoint([("v,0902", array(2, 5)), ("a,b,0903", array(3, 5))])))
    let lines = boxes.description.split(separator: "\n")
    #expect(lines[0].hasSuffix("boxes.pkl"))
    #expect(lines[1] == "format        pickle of person boxes by 'video,second' (MMAction2's proposals): no weights")
    #expect(lines[2] == "key frames    2, the first v,0902")
    #expect(lines[3] == "boxes         5")
    #expect(lines[4].contains("detect reads them as they are, test as CSV"))
  }

  @Test func allMustBeKeyFrames() throws {
    for other in [("conv1_w", 5), (",0902", 5), ("v,last", 5), ("v,0903", 6)] {
      #expect(try BoxPickle(checkpoint([("v,0902", array(2, 5)), (other.0, array(2, other.1))])) == nil, "\(other)")
    }
  }
}
