internal import Configuration
internal import Wording

/// The keys that list something for each stage and pathway.
private struct StageList {
  let key: Key<[[Int]]>
  let values: ClosedRange<Int>
  /// Whether more pathways than the model has are tolerated, as the reference tolerates them.
  let mayBeLonger: Bool

  static let all = [
    StageList(key: .resnetNumBlockTempKernel, values: 0...64, mayBeLonger: false),
    StageList(key: .resnetSpatialStrides, values: 1...8, mayBeLonger: false),
    StageList(key: .resnetSpatialDilations, values: 1...64, mayBeLonger: true),
    StageList(key: .nonlocalGroup, values: 1...1024, mayBeLonger: false),
  ]
}

extension Configuration {
  /// Checks the tables of stages: four stages, one entry a pathway, values that a convolution can use.
  func checkStages(_ shape: ResNetShape) throws(ConfigurationError) {
    for list in StageList.all {
      let table = self[list.key]
      try checkCounts(list.key, table.map(\.count), shape, mayBeLonger: list.mayBeLonger)
      for (stage, row) in table.enumerated() {
        for (pathway, number) in row.enumerated() where !list.values.contains(number) {
          throw .badValue(
            key: "element [\(stage)][\(pathway)] of \(list.key.name)", source: source(of: list.key),
            expected: "from \(list.values.lowerBound) to \(list.values.upperBound)", found: "\(number)",
            remedy: example(list.key, shape))
        }
      }
    }
    try checkCounts(
      .nonlocalLocation, self[.nonlocalLocation].map(\.count), shape, mayBeLonger: false)
    try checkCounts(.nonlocalPool, self[.nonlocalPool].map(\.count), shape, mayBeLonger: true)
    try checkTemporalKernels(shape)
    try checkStrides(shape)
    let channels = self[.dataInputChannelNum].count
    let isGiven = source(of: .dataInputChannelNum) != .fallback
    if channels < shape.pathways || (channels > shape.pathways && isGiven) {
      throw .impossible(
        problem: "channels are given for \(counted(channels, "pathway")), the model has \(shape.pathways)",
        keys: [cite(.dataInputChannelNum), cite(.modelArch)],
        remedy: "write INPUT_CHANNEL_NUM: \(shape.pathways == 2 ? "[3, 3]" : "[3]")")
    }
  }

  private func checkCounts<Entry: Sendable>(
    _ key: Key<[[Entry]]>, _ pathways: [Int], _ shape: ResNetShape, mayBeLonger: Bool
  )
    throws(ConfigurationError)
  {
    if pathways.count != 4 {
      throw .badValue(
        key: key.name, source: source(of: key), expected: "4 lists, one for each of res2 to res5",
        found: counted(pathways.count, "list"), remedy: example(key, shape))
    }
    let isTolerant = mayBeLonger || source(of: key) == .fallback
    for (stage, count) in pathways.enumerated() {
      if count == shape.pathways || (count > shape.pathways && isTolerant) { continue }
      throw .impossible(
        problem: "res\(stage + 2) has \(counted(count, "pathway")) in \(key.name), the model \(shape.pathways)",
        keys: [cite(key), cite(.modelArch)],
        remedy: "write one entry for each pathway: " + example(key, shape))
    }
  }

  /// The key with a value that suits the model: its default, every stage's first entry repeated for each pathway.
  private func example<Entry: Sendable>(_ key: Key<[[Entry]]>, _ shape: ResNetShape) -> String {
    let lists = key.fallback.enumerated().map { stage, row -> [Entry] in
      guard let first = row.first else { return row }
      // No more temporal kernels than there are blocks.
      let isCount = key.name == Key.resnetNumBlockTempKernel.name
      let entry = isCount ? (first as? Int).flatMap { min($0, shape.blocks[stage]) as? Entry } ?? first : first
      return [Entry](repeating: entry, count: shape.pathways)
    }
    return "such as \(key.name) \"\(lists)\""
  }

  private func checkTemporalKernels(_ shape: ResNetShape) throws(ConfigurationError) {
    for (stage, row) in self[.resnetNumBlockTempKernel].enumerated() {
      for count in row where count > shape.blocks[stage] {
        throw .impossible(
          problem: "\(count) blocks of res\(stage + 2) are to have temporal kernels, but it has \(shape.blocks[stage])",
          keys: [cite(.resnetNumBlockTempKernel), cite(.resnetDepth)],
          remedy: "use at most \(listed(shape.blocks.map(String.init))) in res2 to res5")
      }
    }
  }

  /// The lateral connections after res2, res3 and res4 join maps of one size.
  private func checkStrides(_ shape: ResNetShape) throws(ConfigurationError) {
    if shape.pathways == 1 { return }
    for (stage, row) in self[.resnetSpatialStrides].prefix(3).enumerated() where row[0] != row[1] {
      throw .impossible(
        problem: "the pathways of res\(stage + 2) differ in stride and cannot be joined",
        keys: [cite(.resnetSpatialStrides), cite(.modelArch)], remedy: "give both pathways the same stride")
    }
  }
}

// MARK: - Non-local blocks

extension Configuration {
  /// Checks pools and groups where non-local blocks stand; returns notices of blocks that stand nowhere.
  func checkNonLocal(_ shape: ResNetShape) throws(ConfigurationError) -> [String] {
    var notices: [String] = []
    let pools = self[.nonlocalPool]
    for (stage, row) in self[.nonlocalLocation].enumerated() {
      for (pathway, blocks) in row.enumerated() where !blocks.isEmpty && pathway < shape.pathways {
        let absent = blocks.filter { !(0..<shape.blocks[stage]).contains($0) }
        if !absent.isEmpty {
          notices.append(
            "\(cite(.nonlocalLocation)): res\(stage + 2) has \(shape.blocks[stage]) blocks, so there is no non-local "
              + "block after \(listed(absent.map(String.init)))")
        }
        let pool = pools[stage][pathway]
        if pool.count != 3 || !pool.allSatisfy({ (1...64).contains($0) }) {
          throw .badValue(
            key: "element [\(stage)][\(pathway)] of \(Key.nonlocalPool.name)", source: source(of: .nonlocalPool),
            expected: "three sizes [t, h, w] of 1 or more", found: "\(pool)", remedy: "PySlowFast uses [1, 2, 2]")
        }
        try checkNonLocalTime(shape, stage: stage, pathway: pathway, pool: pool[0])
      }
    }
    return notices
  }

  private func checkNonLocalTime(_ shape: ResNetShape, stage: Int, pathway: Int, pool: Int)
    throws(ConfigurationError)
  {
    var frames = self[.dataNumFrames]
    if shape.pathways == 2 && pathway == 0 { frames /= self[.slowfastAlpha] }
    if stage > 0 && poolsTimeAfterStage2 { frames /= 2 }
    let group = self[.nonlocalGroup][stage][pathway]
    if frames % group != 0 {
      throw .impossible(
        problem:
          "the non-local blocks of res\(stage + 2) cannot split \(counted(frames, "frame")) into \(group) groups",
        keys: [cite(.nonlocalGroup), cite(.dataNumFrames)], remedy: "choose a group count that divides \(frames)")
    }
    if pool > frames / group {
      throw .impossible(
        problem:
          "the non-local blocks of res\(stage + 2) pool time by \(pool) where there are \(frames / group) frames",
        keys: [cite(.nonlocalPool), cite(.dataNumFrames)], remedy: "pool time by 1")
    }
  }
}
