extension ResNetBackbone {
  /// The number of residual blocks of res2 to res5 by `RESNET.DEPTH`.
  public static let depths = blocks(depths: 18, 50, 101)

  /// Those of some of the depths that ResNets have.
  ///
  /// Source: He et al., "Deep Residual Learning for Image Recognition", 2015.
  static func blocks(depths: Int...) -> [Int: [Int]] {
    let all = [18: [2, 2, 2, 2], 50: [3, 4, 6, 3], 101: [3, 4, 23, 3], 152: [3, 8, 36, 3]]
    return all.filter { depths.contains($0.key) }
  }

  /// The temporal kernels of one pathway: conv1, then the cycle of each residual stage.
  public struct TemporalKernels: Sendable, Equatable {
    public let stem: Int
    public let stages: [[Int]]

    /// The kernels of a stage's blocks: the cycle for the first `count` blocks, then 1.
    public func blocks(stage: Int, depth: Int, count: Int) -> [Int] {
      (0..<depth).map { $0 < count ? stages[stage][$0 % stages[stage].count] : 1 }
    }

    static let flat = TemporalKernels(stem: 1, stages: [[1], [1], [1], [1]])
    static let inflated = TemporalKernels(stem: 5, stages: [[3], [3, 1], [3, 1], [1, 3]])
    static let slow = TemporalKernels(stem: 1, stages: [[1], [1], [3], [3]])
    static let fast = TemporalKernels(stem: 5, stages: [[3], [3], [3], [3]])
  }

  /// What a value of `MODEL.ARCH` stands for.
  public struct Arch: Sendable {
    public let name: String
    /// Of each pathway.
    public let kernels: [TemporalKernels]
    /// Whether time is pooled by two after res2; the old model name `ResNet_nopool` does not.
    public let poolsTime: Bool

    public var pathways: Int { kernels.count }

    init(_ name: String, _ kernels: TemporalKernels..., poolsTime: Bool = false) {
      self.name = name
      self.kernels = kernels
      self.poolsTime = poolsTime
    }
  }

  public static let archs = [
    Arch("2d", .flat), Arch("c2d", .flat, poolsTime: true), Arch("slow_c2d", .flat),
    Arch("i3d", .inflated, poolsTime: true), Arch("slow_i3d", .inflated), slow, Arch("slowfast", .slow, .fast),
  ]
  static let slow = Arch("slow", .slow)

  /// The values of `MODEL.MODEL_NAME`, and the pathways of their networks.
  static let modelNames: [(name: String, pathways: Int)] = [
    ("SlowFast", 2), ("ResNet", 1), ("ResNet_nopool", 1), ("PTVSlowFast", 2), ("PTVResNet", 1),
  ]
  static let unpooledModelName = "ResNet_nopool"

  /// The widths of the stem and of res2 to res4, as multiples of `RESNET.WIDTH_PER_GROUP`: where pathways are joined.
  static let joinedWidths = [1, 4, 8, 16]
}
