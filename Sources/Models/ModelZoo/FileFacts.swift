internal import Checkpoint
internal import Configuration
internal import VideoModels
internal import Wording

/// What is known of the configuration that a file's network is of: what its tensors prove, and of what they leave open what
/// the configuration in the file says.
///
/// The one place where a configuration is held against a file.
struct FileFacts {
  /// A value that a configuration has to have.
  struct Override: Equatable {
    let key: String
    let value: String
    /// Whether it is but the usual one: neither the tensors nor the configuration in the file speak for it.
    var isAssumed = false

    /// As a command line takes it.
    var text: String { "\(key) \(value.contains(" ") ? "\"\(value)\"" : value)" }
  }

  private let network: Recognition
  private let family: (any ModelFamily)?
  /// The configuration in the file.
  private let own: Configuration?
  /// The keys that act on the network and its frames, as far as the file's configuration gives them and is believed.
  private var ownKeys: [String]
  /// What the file's configuration says of its network and is not believed, and why; nil where all of it is.
  private(set) var oddity: String?

  init(_ network: Recognition, own: Configuration?, _ family: (any ModelFamily)?) {
    self.network = network
    self.family = family
    self.own = own
    ownKeys = []
    if let own {
      // A part of a configuration does not say which network it is of: the tensors do.
      var whole = own
      let rest = network.untraced.merging(network.unseen) { own, _ in own }
        .filter { own.source(of: $0.key) == .fallback }
      try? whole.apply(
        overrides: network.settings.flatMap { [$0.key, $0.value] } + rest.flatMap { [$0.key, $0.value] })
      let tellsHead = own.source(of: .detectionEnable) != .fallback || network.value(.detectionEnable) != nil
      let isOfBoxes =
        tellsHead ? whole[.detectionEnable] : network.untraced[Key.detectionEnable.name] == "True"
      ownKeys = Configuration.keysOfTests.filter {
        own.source(of: $0) != .fallback && Self.describes($0, whole, isOfBoxes: isOfBoxes, family)
      }
    }
    if let family { leaveOutTheImpossible(ModelRules(families: [family])) }
  }

  /// Leaves out what the file's own configuration says and no configuration may say: what is advised must be possible.
  private mutating func leaveOutTheImpossible(_ rules: ModelRules) {
    // Where the tensors alone are refused, it is not for what the configuration says.
    if ownKeys.isEmpty || refusal([], rules) != nil { return }
    var left: [String] = []
    while let reason = refusal(ownKeys, rules) {
      func next(_ key: String) -> String? { refusal(ownKeys.filter { $0 != key }, rules) }
      // Where no value alone is to blame, none is believed.
      let wrong = ownKeys.first { next($0) == nil } ?? ownKeys.first { next($0) != reason }
      if let wrong {
        let words = reason.hasPrefix("\(wrong) ") ? String(reason.dropFirst(wrong.count + 1)) : reason
        left.append("\(wrong) \(printable(value(wrong) ?? "")) (\(words))")
      } else {
        left.append("values that do not fit together (\(reason))")
      }
      ownKeys.removeAll { wrong == nil || $0 == wrong }
    }
    if !left.isEmpty { oddity = "the file's own configuration (cfg) has \(series(left, "and")), left out here" }
  }

  /// Why the configuration is refused that says what the tensors prove and, of these keys, what the file's own says.
  private func refusal(_ keys: [String], _ rules: ModelRules) -> String? {
    var trial = self
    trial.ownKeys = keys
    do {
      _ = try trial.configuration(rules)
      return nil
    } catch ConfigurationError.badValue(let key, _, let expected, _, _) {
      return "\(key) must be \(expected)"
    } catch ConfigurationError.impossible(let problem, _, _) {
      return problem
    } catch {
      return "\(error)"
    }
  }

  private static let framesAndPixels: Set = [
    Key.dataNumFrames.name, Key.dataSamplingRate.name, Key.dataMean.name, Key.dataStd.name,
    Key.dataTrainCropSize.name, Key.dataTestCropSize.name, Key.dataReverseInputChannel.name,
  ]

  /// Whether a key that a configuration gives says something of its network, or of what that is shown.
  private static func describes(
    _ key: String, _ config: Configuration, isOfBoxes: Bool, _ family: (any ModelFamily)?
  ) -> Bool {
    if config.source(of: key) == .fallback { return false }
    if framesAndPixels.contains(key) || key.hasPrefix("MODEL.") { return true }
    if key.hasPrefix("DETECTION.") { return key == Key.detectionEnable.name || isOfBoxes }
    return family.map { $0.reads(key) && !$0.isIdle(key, in: config) } ?? false
  }

  // MARK: Held against a configuration

  /// What a configuration has to say otherwise to be that of the file.
  ///
  /// Values under which a network has the same tensors are as good as those that were recognised, unless the file's own
  /// configuration says which it is.
  func overrides(of config: Configuration) -> [Override] {
    let proven = network.settings.compactMap { setting -> Override? in
      let (now, own) = (config.literal(setting.key) ?? "", ownValue(setting))
      if let own { return isSameValue(now, own) ? nil : Override(key: setting.key, value: own) }
      return setting.admits(now) ? nil : Override(key: setting.key, value: setting.value)
    }
    return proven + untracedOverrides.filter { !isSameValue($0.value, config.literal($0.key) ?? "") }
  }

  /// What the file's own configuration says otherwise of the network and no tensor tells: a run goes on, and its scores are
  /// others. What a call gives is meant.
  func contradictions(of config: Configuration) -> [Override] {
    guard let own else { return [] }
    let certain = Set(network.settings.filter { $0.alternatives.isEmpty }.map(\.key))
    return overrides(of: config).filter { override in
      if certain.contains(override.key) || override.key.hasPrefix("DATA.") { return false }
      if config.source(of: override.key) == .override { return false }
      // Wrappers compute what PySlowFast's own networks do.
      return override.key != Key.modelModelName.name || config.wrapsPyTorchVideo == own.wrapsPyTorchVideo
    }
  }

  /// The keys of which the tensors say nothing for certain, and that act on the network or its frames.
  func openKeys(of configs: [Configuration], _ family: (any ModelFamily)?) -> [String] {
    let certain = Set(network.settings.filter { $0.alternatives.isEmpty }.map(\.key))
    return Configuration.keysOfTests.filter { key in
      !certain.contains(key) && !ownKeys.contains(key)
        && configs.contains { Self.describes(key, $0, isOfBoxes: $0[.detectionEnable], family) }
        && Set(configs.map { $0.literal(key) ?? "" }).count > 1
    }
  }

  // MARK: For a configuration of one's own

  /// All that decides what the network is and what it is shown: over any configuration these make the same network.
  ///
  /// - Parameters:
  ///   - peer: Whose file it is; nil for PySlowFast's own.
  ///   - testDataset: The `TEST.DATASET` that the head needs; nil where any will do.
  ///   - build: Builds a configuration's architecture, to see what it asks for.
  func settings(
    _ peer: PeerNetwork?, testDataset: String?, _ build: (Configuration) throws -> Architecture
  ) -> [Override] {
    var settings = known
    var asked: Set<String> = []
    while true {
      var config = Configuration.defaults
      // What is refused stays as it is: nothing is advised of it.
      guard (try? config.apply(overrides: settings.flatMap { [$0.key, $0.value] })) != nil else { return known }
      var stride: Int?
      asked.formUnion(config.keysAsked { stride = (try? build($0))?.head.assumedStride })
      let now = Set(settings.map(\.key))
      let new = Configuration.keys.filter { (asked.contains($0) || shown(peer).contains($0)) && !now.contains($0) }
      if new.isEmpty { break }
      settings += new.map { key in
        // Where it is not given, it is the distance of the features.
        let own = key == Key.detectionSpatialScaleFactor.name ? stride.map { "\($0)" } : nil
        return Override(key: key, value: own ?? config.overrideText(key) ?? "", isAssumed: true)
      }
    }
    let own = settings.filter { !$0.isAssumed || asked.contains($0.key) || shown(peer).contains($0.key) }
    // Else a test on AVA's boxes, which a configuration may be of, refuses the head.
    return own + (testDataset.map { [Override(key: Key.testDataset.name, value: $0)] } ?? [])
  }

  /// The keys of what a network is shown in a test that no network asks for.
  private func shown(_ peer: PeerNetwork?) -> Set<String> {
    let clips: Set = [Key.dataSamplingRate.name, Key.dataTestCropSize.name]
    // Of another library's pixels the loader knows.
    let pixels = [Key.dataMean.name, Key.dataStd.name, Key.dataReverseInputChannel.name]
    return peer?.pixels == nil ? clips.union(pixels) : clips
  }

  /// Those of some settings that are but assumed, and that say something of the network.
  func assumed(_ settings: [Override]) -> [String] {
    var config = Configuration.defaults
    guard (try? config.apply(overrides: settings.flatMap { [$0.key, $0.value] })) != nil else { return [] }
    return settings.filter { $0.isAssumed && family?.isIdle($0.key, in: config) != true }.map(\.key)
  }

  /// What the file's own configuration says of keys that leave no trace in tensors.
  var untracedOverrides: [Override] {
    let traced = Set(network.settings.map(\.key))
    return ownKeys.filter { !traced.contains($0) }.compactMap { key in
      value(key).map { Override(key: key, value: $0) }
    }
  }

  /// What is known for certain: without values that others have the tensors of, too.
  var proven: [Override] {
    let certain = network.settings.compactMap { setting -> Override? in
      if let own = ownValue(setting) { return Override(key: setting.key, value: own) }
      return setting.alternatives.isEmpty ? Override(key: setting.key, value: setting.value) : nil
    }
    return certain + untracedOverrides
  }

  /// What tensors, the file's own configuration and, where both are silent, custom speak for.
  private var known: [Override] {
    let told =
      network.settings.map { Override(key: $0.key, value: ownValue($0) ?? $0.value) } + untracedOverrides
    let keys = Set(told.map(\.key))
    func rest(_ values: [String: String], isAssumed: Bool) -> [Override] {
      values.sorted { $0.key < $1.key }.filter { !keys.contains($0.key) }
        .map { Override(key: $0.key, value: $0.value, isAssumed: isAssumed) }
    }
    return told + rest(network.unseen, isAssumed: false)
      + rest(network.untraced.filter { network.unseen[$0.key] == nil }, isAssumed: true)
  }

  /// A configuration under which the network can be built; its clips are the file's only where the file says so.
  func configuration(_ rules: ModelRules? = nil) throws -> Configuration {
    var config = Configuration(rules: rules)
    try config.apply(overrides: known.flatMap { [$0.key, $0.value] })
    return config
  }

  /// What the file's own configuration says, where the tensors admit it.
  private func ownValue(_ setting: Recognition.Setting) -> String? {
    guard ownKeys.contains(setting.key), let value = value(setting.key), setting.admits(value) else { return nil }
    return value
  }

  private func value(_ key: String) -> String? { own?.overrideText(key) }
}

extension Configuration {
  /// A key's value as an override gives it: a text needs no quotes there.
  func overrideText(_ key: String) -> String? {
    guard let literal = literal(key) else { return nil }
    return literal.hasPrefix("'") && literal.count > 2 ? String(literal.dropFirst().dropLast()) : literal
  }
}
