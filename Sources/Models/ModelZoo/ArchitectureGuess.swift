public import Checkpoint
internal import Configuration
internal import Datasets
internal import NN
internal import VideoModels
internal import Wording

/// What the names and shapes of a file's tensors say about the network they belong to.
public struct ArchitectureGuess: Sendable {
  /// What the family whose network it is says of it; nil where it is none of the known ones.
  public private(set) var network: Recognition?
  /// Why this program cannot run the network, and what to do; nil where it can, or where it is none of the known ones.
  public private(set) var obstacle: (reason: String, advice: String)?
  /// What the head scores, where the file's own configuration or the number of its classes tells.
  public private(set) var head: ScoredThings?

  let checkpoint: Checkpoint
  /// Whether the head scores boxes, where the tensors' names tell.
  private(set) var scoresBoxes: Bool?
  /// Whose network it is.
  private(set) var family: (any ModelFamily)?
  /// The library whose names the file has, where it is another one.
  let peer: PeerNetwork?
  /// The configuration in the file; nil where it has none, or that of another network.
  private(set) var own: Configuration?
  /// What that configuration has of layers whose tensors are missing.
  private(set) var claims: [FileFacts.Override] = []
  /// The configs of this project for networks of this shape, with what was published of them.
  private(set) var candidates: [(path: String, published: [PublishedModel])] = []
  /// Whether the candidates have its widths and its classes.
  private(set) var suitsCandidates = false

  /// What a head scores.
  public enum ScoredThings: Sendable, Equatable {
    /// Boxes of people.
    case boxes
    /// Whole clips; of which data set, where the number of classes tells.
    case clips(dataSet: String?)
  }

  /// Looks at a file's names and shapes; no numbers are read.
  ///
  /// - Parameter families: Whose networks are looked for.
  public init(_ checkpoint: Checkpoint, families: [any ModelFamily] = modelFamilies) {
    self.checkpoint = checkpoint
    let file = PeerFile(checkpoint)
    own = file.config
    let reading = PeerReading(file, families)
    if case .network(let network)? = reading { peer = network } else { peer = nil }
    let tensors = TensorIndex(checkpoint, peer)
    if case .unsupported(let library, let what, let example)? = reading {
      network = Recognition("a network of \(library)")
      obstacle = (
        "it holds a network of \(library): \(what) ('\(printable(example))'), which this program cannot run",
        "give weights of a \(series(families.flatMap(\.networks), "or")) network and their config"
      )
      return
    }
    if peer == nil, let other = PeerNames(checkpoint.entries.map(\.name)) {
      network = Recognition(other.summary)
      obstacle = (other.reason, other.advice)
      return
    }
    let classes = Self.classes(tensors)
    // The last first: of equals the first is taken, and ResNets, whose names the others have too, are the least particular.
    let proposals = families.reversed().compactMap { family in
      family.recognise(tensors).map { Proposal(family: family, network: $0) }
    }
    if let likeliest = likeliest(proposals, families) { (family, network) = (likeliest.family, likeliest.network) }
    if let classes { network?.set(.modelNumClasses, "\(classes)") }
    holdOwnConfiguration(families)
    readHead(tensors, classes)
    addUsualValues()
    if let peer { network?.add(peer) }
    if let own {
      for key in Configuration.keysOfTests where own.source(of: key) != .fallback { network?.settle(key) }
    }
    network.map { findCandidates($0, classes) }
  }

  /// A network that a file may hold.
  private struct Proposal {
    let family: any ModelFamily
    let network: Recognition
  }

  /// That whose network has the most of the file's tensors: what one lacks decides nothing.
  private func likeliest(_ proposals: [Proposal], _ families: [any ModelFamily]) -> Proposal? {
    if proposals.count < 2 { return proposals.first }
    let found = proposals.map { proposal -> Int in
      var network = proposal.network
      if let scoresBoxes = peer?.scoresBoxes { network.set(.detectionEnable, scoresBoxes ? "True" : "False") }
      return report(network, proposal.family, families)?.found ?? -1
    }
    return zip(proposals, found).max { $0.1 < $1.1 }?.0
  }

  /// How a network without a word of the file's own configuration, and the file compare; nil where none can be built.
  private func report(
    _ network: Recognition, _ family: (any ModelFamily)?, _ families: [any ModelFamily]
  ) -> LoadReport? {
    try? NetworkFit.report(of: self, under: FileFacts(network, own: nil, family).configuration(), families)
  }

  // MARK: The file's own configuration

  /// Holds the file's own configuration against its tensors: of what it says otherwise, that is taken under which the
  /// tensors are the same, or under which there would be more of them, and the rest is said.
  private mutating func holdOwnConfiguration(_ families: [any ModelFamily]) {
    guard let own, let network else { return }
    // What another library's names say of a network, its tensors do not.
    let held = peer == nil ? network.allSettings : network.settings
    let others = held.compactMap { setting -> FileFacts.Override? in
      guard own.source(of: setting.key) != .fallback, let value = own.overrideText(setting.key), !setting.admits(value)
      else { return nil }
      return FileFacts.Override(key: setting.key, value: value)
    }
    if others.isEmpty { return }
    let taken: [FileFacts.Override]
    (taken, claims) = peer == nil ? believed(others, network, families) : ([], [])
    for setting in taken { self.network?.take(setting.key, setting.value) }
    let denied = others.filter { !taken.contains($0) }
    if denied.isEmpty { return }
    let said = "the file's own configuration (cfg) has \(series(denied.map(\.text), "and"))"
    func isDenied(_ key: Key<String>) -> Bool { denied.contains { $0.key == key.name } }
    if isDenied(.modelArch) || isDenied(.modelModelName) && own.source(of: .modelArch) == .fallback {
      self.own = nil
      self.network?.remark("\(said): it is another network's, and nothing of it is taken")
    } else {
      let now = denied.map { setting in held.first { $0.key == setting.key }?.value ?? "" }
      for (setting, value) in zip(denied, now) where network.unseen[setting.key] != nil {
        self.network?.take(setting.key, value)
      }
      self.network?.remark("\(said), where the tensors have \(series(now, "and")): taken is what they have")
    }
  }

  /// Those of a configuration's values that are believed, all together or else by themselves: under which the network has as
  /// many of the file's tensors as under those that were recognised, or all of these and more.
  ///
  /// - Returns: Also those of them under which there would be more tensors than there are.
  private func believed(
    _ values: [FileFacts.Override], _ network: Recognition, _ families: [any ModelFamily]
  ) -> (taken: [FileFacts.Override], claims: [FileFacts.Override]) {
    func report(_ values: [FileFacts.Override]) -> LoadReport? {
      var trial = network
      for setting in values { trial.take(setting.key, setting.value) }
      return self.report(trial, family, families)
    }
    guard let plain = report([]) else { return ([], []) }
    /// How many more tensors there would be; nil where those that there are would not suit.
    func excess(_ values: [FileFacts.Override]) -> Int? {
      guard let trial = report(values), trial.mismatched.count <= plain.mismatched.count,
        trial.unused.count <= plain.unused.count
      else { return nil }
      return max(0, trial.missing.count - plain.missing.count)
    }
    if let more = excess(values) {
      if more == 0 { return (values, []) }
      let claims = values.filter { value in (excess(values.filter { $0 != value }) ?? more) < more }
      return (values, claims.isEmpty ? values : claims)
    }
    let alone = values.map { ($0, excess([$0])) }
    return (alone.filter { $1 != nil }.map(\.0), alone.filter { ($1 ?? 0) > 0 }.map(\.0))
  }

  /// The usual values of keys of the head that leave no trace in tensors.
  private mutating func addUsualValues() {
    let isOfBoxes = head == .boxes
    if isOfBoxes, let others = network?.untracedOfBoxes {
      network?.untraced.merge(others) { _, ofBoxes in ofBoxes }
    }
    // Charades' videos have several classes.
    let hasSeveral = isOfBoxes || head == .clips(dataSet: Self.dataSets[Self.classesOfCharades]?.name)
    let usual = [
      Key.detectionEnable.name: isOfBoxes ? "True" : "False",
      Key.modelHeadAct.name: (hasSeveral ? Activation.sigmoid : .softmax).rawValue,
    ]
    network?.untraced.merge(usual) { own, _ in own }
  }

  private mutating func findCandidates(_ network: Recognition, _ classes: Int?) {
    candidates = configs(network, classes, isPublished: true)
    // Of people's actions, whatever their number, the published networks are AVA's.
    suitsCandidates =
      network.hasPublishedWidths && (head != .boxes || classes == ActionDataset.ava.classNames.count)
    // Of a network for whole clips the classes are what is likely to be one's own.
    if candidates.isEmpty, case .clips? = head {
      suitsCandidates = false
      candidates = configs(network, Self.usualClasses, isPublished: false)
    }
  }

  private func configs(
    _ network: Recognition, _ classes: Int?, isPublished: Bool
  ) -> [(path: String, published: [PublishedModel])] {
    let traits = PublishedModel.traits(
      network, scoresBoxes: peer?.scoresBoxes ?? head.map { $0 == .boxes }, classes: classes, peer?.semantics)
    let models = traits.isEmpty ? [] : family?.published.filter { $0.traits == traits && isOfItsLibrary($0) } ?? []
    var found: [(path: String, published: [PublishedModel])] = []
    let others = family?.unpublished.filter { $0.traits == traits && $0.library == peer?.library }.map(\.config) ?? []
    for path in models.compactMap(\.config) + others
    where !found.contains(where: { $0.path == path }) {
      found.append((path, isPublished ? models.filter { $0.config == path } : []))
    }
    return found
  }

  /// Whether a published network has the names of the file: another library's, or those that are read as they are.
  private func isOfItsLibrary(_ model: PublishedModel) -> Bool {
    if let peer { return model.library == peer.library }
    return family?.peers.contains { $0.library == model.library } != true
  }

  static let classesOfImageNet = 1000
  /// What the names of a head of self-supervised training begin with, which scores no classes.
  static let selfSupervisedHead = Projection.scope + ".projection."
  private static let usualClasses = 400
  private static let classesOfCharades = 157
  /// The data sets of whole clips that a number of classes speaks for, and what `TEST.DATASET` calls them.
  private static let dataSets: [Int: (name: String, test: String)] = [
    usualClasses: ("Kinetics-400", kinetics), 600: ("Kinetics-600", kinetics),
    700: ("Kinetics-700", kinetics), 101: ("UCF101", kinetics), classesOfCharades: ("Charades", "charades"),
    174: ("Something-Something v2", "ssv2"), classesOfImageNet: ("ImageNet", "imagenet"),
  ]
  /// Whether a number of classes is that of a known data set of whole clips.
  static func areOfClips(classes: Int) -> Bool { dataSets[classes] != nil }
  /// Whose lists name videos and classes, as those of other data sets may.
  private static let kinetics = Key.testDataset.fallback

  /// The `TEST.DATASET` of what the head scores: another than AVA where it scores clips, whose tests want boxes; nil for
  /// heads of boxes.
  var testDataset: String? {
    switch head {
    case .boxes: nil
    case .clips(let dataSet): Self.dataSets.values.first { $0.name == dataSet }?.test ?? Self.kinetics
    case nil: Self.kinetics
    }
  }

  private static let classesOfAVA: Set = [
    ActionDataset.ava.classNames.count, ActionDataset.ava.scoredClasses?.count ?? 0,
  ]

  /// The number of classes of the last layer; nil where there is none.
  private static func classes(_ tensors: TensorIndex) -> Int? {
    if let shape = tensors.shape(Projection.scope + ".weight") { return shape.count == 2 ? shape[0] : nil }
    return tensors.shape(Projection.scope + ".bias").flatMap { $0.count == 1 ? $0[0] : nil }
  }

  /// Whether the file has a head that scores, or a part of one: one without is said to have none, and not to lack its
  /// tensors.
  var hasHead: Bool {
    checkpoint.entries.contains {
      $0.name.hasPrefix(Projection.headPrefix) && !$0.name.hasPrefix(Self.selfSupervisedHead)
    }
  }

  /// Tells what the head scores, whatever else the file has.
  private mutating func readHead(_ tensors: TensorIndex, _ classes: Int?) {
    guard hasHead else {
      network?.remark(
        tensors.hasPrefix(Self.selfSupervisedHead)
          ? "the head is a multi-layer projection of self-supervised training" : "there is no head")
      return
    }
    let dataSet = classes.flatMap { Self.dataSets[$0]?.name }
    let byNames = peer?.scoresBoxes ?? family?.scoresBoxes(tensors)
    let isOfConfig = own.flatMap { $0.source(of: .detectionEnable) == .fallback ? nil : $0[.detectionEnable] }
    scoresBoxes = byNames ?? isOfConfig
    if let byNames, let isOfConfig, byNames != isOfConfig {
      network?.remark(
        "the file's own configuration (cfg) has \(Key.detectionEnable.name) \(isOfConfig ? "True" : "False"), and the tensors' "
          + "names say otherwise: taken is what they say")
    }
    if let isOfBoxes = scoresBoxes {
      head = isOfBoxes ? .boxes : .clips(dataSet: dataSet)
      network?.set(.detectionEnable, isOfBoxes ? "True" : "False")
      network?.remark(
        "the head is \(isOfBoxes ? "an RoI head" : "a classification head") by "
          + (byNames == nil ? "the file's own configuration" : "the tensors' names"))
      return
    }
    guard let classes else { return }
    if Self.classesOfAVA.contains(classes) {
      head = .boxes
      network?.remark(
        "\(classes) classes suggest \(possessive(ActionDataset.ava.name)) RoI head: DETECTION.ENABLE True (both heads have the same tensors)"
      )
    } else if let dataSet {
      head = .clips(dataSet: dataSet)
      network?.remark(
        "\(classes) classes suggest \(possessive(dataSet)) classification head: DETECTION.ENABLE False (both heads have the same tensors)"
      )
    } else {
      network?.remark("the RoI head and the classification head have the same tensors: DETECTION.ENABLE cannot be told")
    }
  }
}
