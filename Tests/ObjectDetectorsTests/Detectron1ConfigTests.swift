import Checkpoint
import Files
import Kernels
import ObjectDetectors
import Tensors
import TestSupport
import Testing

/// What Detectron's files say of themselves beside their blobs.
@Suite struct Detectron1ConfigTests {
  /// A pickle as Python 2 wrote them: blobs as NumPy arrays, and a text.
  private func pickle(_ tensors: [(name: String, tensor: Tensor)], config: String) -> [UInt8] {
    func word(_ number: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
    func bytes(_ values: [UInt8]) -> [UInt8] { Array("T".utf8) + word(values.count) + values }
    func text(_ text: String) -> [UInt8] { bytes(Array(text.utf8)) }
    func array(_ tensor: Tensor) -> [UInt8] {
      let numbers = tensor.array.flatMap { word(Int($0.bitPattern)) }
      let shape = Array("(".utf8) + tensor.shape.flatMap { Array("J".utf8) + word($0) } + Array("t".utf8)
      return Array("cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\0tU\u{1}btR(K\u{1}".utf8) + shape
        + Array("cnumpy\ndtype\n(U\u{2}f4K\0K\u{1}tR(K\u{3}U\u{1}<NNNJ".utf8) + word(-1) + Array("J".utf8) + word(-1)
        + Array("K\0tb".utf8) + [0x89] + bytes(numbers) + Array("tb".utf8)
    }
    let blobs = Array("}(".utf8) + tensors.flatMap { text($0.name) + array($0.tensor) } + Array("u".utf8)
    return [0x80, 2] + Array("}(".utf8) + text("blobs") + blobs + text("cfg") + text(config) + Array("u.".utf8)
  }

  private func detector(config: String) throws -> RCNNDetector {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/model_final.pkl"
    let tensors = RCNNFixture.tensors(.detectron1, RCNNFixture.architecture())
    let file = try AtomicFile(path: path)
    try file.write(pickle(tensors, config: config))
    try file.commit()
    let checkpoint = try Checkpoint(path: path)
    #expect(checkpoint.detectronConfigText == config && checkpoint.configText == nil)
    return try #require(try RCNNFamily.detectron1.detector(checkpoint, engine: Engine(threads: 1)))
  }

  /// As Detectron's trainer writes it: objects of its own classes, and an array of NumPy's, of which nothing is built.
  private static func written(strideIn1x1: Bool) -> String {
    """
    !!python/object/new:detectron.utils.collections.AttrDict
    dictitems:
      MODEL: !!python/object/new:detectron.utils.collections.AttrDict
        dictitems: {CONV_BODY: FPN.add_fpn_ResNet101_conv5_body, NUM_CLASSES: 4}
        state: &id001 {__immutable__: true}
      PIXEL_MEANS: !!python/object/apply:numpy.core.multiarray._reconstruct
        args:
        - !!python/name:numpy.ndarray ''
        - !!python/tuple [0]
        - b
        state: !!python/tuple [1, !!python/tuple [1, 1, 3], !!python/object/apply:os.system [exit 1]]
      RESNETS: !!python/object/new:detectron.utils.collections.AttrDict
        dictitems: {NUM_GROUPS: 1, STRIDE_1X1: \(strideIn1x1), WIDTH_PER_GROUP: 64}
        state: *id001
      TEST: !!python/object/new:detectron.utils.collections.AttrDict
        dictitems:
          DETECTIONS_PER_IM: 50
          MAX_SIZE: 500
          NMS: 0.4
          RPN_NMS_THRESH: 0.6
          RPN_POST_NMS_TOP_N: 150
          RPN_PRE_NMS_TOP_N: 80
          SCALE: 300
          SCORE_THRESH: 0.1
        state: *id001
    state: *id001
    """
  }

  @Test func isRead() throws {
    let detector = try detector(config: Self.written(strideIn1x1: true))
    #expect(
      detector.settings
        == RCNNSettings(
          shortSide: 300, longestSide: 500, candidatesPerLevel: 80, proposals: 150, proposalOverlap: 0.6,
          scoreThreshold: 0.1, overlap: 0.4, detections: 50))
    #expect(!detector.notices.contains { $0.contains("STRIDE_1X1") })
  }

  /// Where the blocks have their stride changes what is found; so do the means.
  @Test func changesWhatIsComputed() throws {
    func stage(_ name: String, _ config: String) throws -> [Float] {
      let detector = try detector(config: config)
      detector.settings = RCNNFixture.smallSettings
      return try #require(detector.trace(RCNNFixture.image()).stages.first { $0.name == name }).tensor.array
    }
    let (first, middle) = (Self.written(strideIn1x1: true), Self.written(strideIn1x1: false))
    #expect(try stage("res2", first) == stage("res2", middle))
    #expect(try stage("res3", first) != stage("res3", middle))
    let means = try stage("input", "PIXEL_MEANS: [[[100.0, 110.0, 120.0]]]")
    let usual = try stage("input", first)
    // The left upper pixel, which no scaling changes.
    let plane = usual.count / 3
    for (c, moved) in [2.9801, 5.9465, 2.7717].enumerated() {
      #expect(abs(means[c * plane] - usual[c * plane] - Float(moved)) < 1e-3)
    }
  }

  /// What is no configuration says nothing: published settings are taken.
  @Test func nonsense() throws {
    let entangled =
      "TEST:\n  SCALE: 300\n  A: &a [1]\n  B: [" + [String](repeating: "*a", count: 40).joined(separator: ", ") + "]\n"
    let odd = "TEST: {SCALE: -3, MAX_SIZE: many, NMS: .nan, RPN_PRE_NMS_TOP_N: 1.5}\nRESNETS: {STRIDE_1X1: [true]}"
    for config in ["", "{{{", "TEST: [1, 2", "- 1\n- 2", entangled, odd, "TEST: 7"] {
      let detector = try detector(config: config)
      #expect(detector.settings == RCNNSettings(), "\(config)")
      #expect(detector.notices.contains { $0.contains("STRIDE_1X1") && $0.contains("1x1 convolution") }, "\(config)")
    }
  }
}
