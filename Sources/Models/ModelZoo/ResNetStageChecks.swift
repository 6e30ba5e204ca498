internal import Configuration
internal import Wording

/// The keys that list something for each stage and pathway.
private struct StageList {
  let key: String
  let values: ClosedRange<Int>
  /// Whether more pathways than the model has are tolerated, as the reference tolerates them.
  let mayBeLonger: Bool

  static let all = [
    StageList(key: "RESNET.NUM_BLOCK_TEMP_KERNEL", values: 0...64, mayBeLonger: false),
    StageList(key: "RESNET.SPATIAL_STRIDES", values: 1...8, mayBeLonger: false),
    StageList(key: "RESNET.SPATIAL_DILATIONS", values: 1...64, mayBeLonger: true),
    StageList(key: "NONLOCAL.GROUP", values: 1...1024, mayBeLonger: false),
  ]
}

extension Configuration {
  /// Checks the tables of stages: four stages, one entry a pathway, values that a convolution can use.
  func checkStages(_ shape: ResNetShape) throws(ConfigurationError) {
    for list in StageList.all {
      let table = intLists(list.key)
      try checkCounts(list.key, table.map(\.count), shape, mayBeLonger: list.mayBeLonger)
      for (stage, row) in table.enumerated() {
        for (pathway, number) in row.enumerated() where !list.values.contains(number) {
          throw .badValue(
            key: "element [\(stage)][\(pathway)] of \(list.key)", source: source(of: list.key),
            expected: "from \(list.values.lowerBound) to \(list.values.upperBound)", found: "\(number)",
            remedy: example(list.key, shape))
        }
      }
    }
    try checkCounts(
      "NONLOCAL.LOCATION", intListLists("NONLOCAL.LOCATION").map(\.count), shape, mayBeLonger: false)
    try checkCounts("NONLOCAL.POOL", intListLists("NONLOCAL.POOL").map(\.count), shape, mayBeLonger: true)
    try checkTemporalKernels(shape)
    try checkStrides(shape)
    let channels = ints("DATA.INPUT_CHANNEL_NUM").count
    let isGiven = source(of: "DATA.INPUT_CHANNEL_NUM") != .fallback
    if channels < shape.pathways || (channels > shape.pathways && isGiven) {
      throw .impossible(
        problem: "channels are given for \(counted(channels, "pathway")), the model has \(shape.pathways)",
        keys: [cite("DATA.INPUT_CHANNEL_NUM"), cite("MODEL.ARCH")],
        remedy: "write INPUT_CHANNEL_NUM: \(shape.pathways == 2 ? "[3, 3]" : "[3]")")
    }
  }

  private func checkCounts(_ key: String, _ pathways: [Int], _ shape: ResNetShape, mayBeLonger: Bool)
    throws(ConfigurationError)
  {
    if pathways.count != 4 {
      throw .badValue(
        key: key, source: source(of: key), expected: "4 lists, one for each of res2 to res5",
        found: counted(pathways.count, "list"), remedy: example(key, shape))
    }
    let isTolerant = mayBeLonger || source(of: key) == .fallback
    for (stage, count) in pathways.enumerated() {
      if count == shape.pathways || (count > shape.pathways && isTolerant) { continue }
      throw .impossible(
        problem: "res\(stage + 2) has \(counted(count, "pathway")) in \(key), the model \(shape.pathways)",
        keys: [cite(key), cite("MODEL.ARCH")],
        remedy: "write one entry for each pathway: " + example(key, shape))
    }
  }

  /// The key with a value that suits the model: its default, every stage's first entry repeated for each pathway.
  private func example(_ key: String, _ shape: ResNetShape) -> String {
    let defaults = Configuration.defaults
    func suited<Entry>(_ stages: [[Entry]], _ change: (Int, Entry) -> Entry = { $1 }) -> String {
      let lists = stages.enumerated().map { stage, row in
        row.first.map { [Entry](repeating: change(stage, $0), count: shape.pathways) } ?? row
      }
      return "such as \(key) \"\(lists)\""
    }
    if key.hasPrefix("NONLOCAL.") && key != "NONLOCAL.GROUP" { return suited(defaults.intListLists(key)) }
    // No more temporal kernels than there are blocks.
    return suited(defaults.intLists(key)) { stage, count in
      key == "RESNET.NUM_BLOCK_TEMP_KERNEL" ? min(count, shape.blocks[stage]) : count
    }
  }

  private func checkTemporalKernels(_ shape: ResNetShape) throws(ConfigurationError) {
    for (stage, row) in intLists("RESNET.NUM_BLOCK_TEMP_KERNEL").enumerated() {
      for count in row where count > shape.blocks[stage] {
        throw .impossible(
          problem: "\(count) blocks of res\(stage + 2) are to have temporal kernels, but it has \(shape.blocks[stage])",
          keys: [cite("RESNET.NUM_BLOCK_TEMP_KERNEL"), cite("RESNET.DEPTH")],
          remedy: "use at most \(listed(shape.blocks.map(String.init))) in res2 to res5")
      }
    }
  }

  /// The lateral connections after res2, res3 and res4 join maps of one size.
  private func checkStrides(_ shape: ResNetShape) throws(ConfigurationError) {
    if shape.pathways == 1 { return }
    for (stage, row) in intLists("RESNET.SPATIAL_STRIDES").prefix(3).enumerated() where row[0] != row[1] {
      throw .impossible(
        problem: "the pathways of res\(stage + 2) differ in stride and cannot be joined",
        keys: [cite("RESNET.SPATIAL_STRIDES"), cite("MODEL.ARCH")], remedy: "give both pathways the same stride")
    }
  }
}

// MARK: - Non-local blocks

extension Configuration {
  /// Checks pools and groups where non-local blocks stand; returns notices of blocks that stand nowhere.
  func checkNonLocal(_ shape: ResNetShape) throws(ConfigurationError) -> [String] {
    var notices: [String] = []
    let pools = intListLists("NONLOCAL.POOL")
    for (stage, row) in intListLists("NONLOCAL.LOCATION").enumerated() {
      for (pathway, blocks) in row.enumerated() where !blocks.isEmpty && pathway < shape.pathways {
        let absent = blocks.filter { !(0..<shape.blocks[stage]).contains($0) }
        if !absent.isEmpty {
          notices.append(
            "\(cite("NONLOCAL.LOCATION")): res\(stage + 2) has \(shape.blocks[stage]) blocks, so there is no non-local "
              + "block after \(listed(absent.map(String.init)))")
        }
        let pool = pools[stage][pathway]
        if pool.count != 3 || !pool.allSatisfy({ (1...64).contains($0) }) {
          throw .badValue(
            key: "element [\(stage)][\(pathway)] of NONLOCAL.POOL", source: source(of: "NONLOCAL.POOL"),
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
    var frames = int("DATA.NUM_FRAMES")
    if shape.pathways == 2 && pathway == 0 { frames /= int("SLOWFAST.ALPHA") }
    if stage > 0 && poolsTimeAfterStage2 { frames /= 2 }
    let group = intLists("NONLOCAL.GROUP")[stage][pathway]
    if frames % group != 0 {
      throw .impossible(
        problem:
          "the non-local blocks of res\(stage + 2) cannot split \(counted(frames, "frame")) into \(group) groups",
        keys: [cite("NONLOCAL.GROUP"), cite("DATA.NUM_FRAMES")], remedy: "choose a group count that divides \(frames)")
    }
    if pool > frames / group {
      throw .impossible(
        problem:
          "the non-local blocks of res\(stage + 2) pool time by \(pool) where there are \(frames / group) frames",
        keys: [cite("NONLOCAL.POOL"), cite("DATA.NUM_FRAMES")], remedy: "pool time by 1")
    }
  }
}
