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
    let tensors = TensorIndex(checkpoint)
    let file = PeerFile(checkpoint)
    own = file.config
    let reading = PeerReading(file, families)
    if case .network(let network)? = reading { peer = network } else { peer = nil }
    if case .unsupported(let library, let what, let example)? = reading {
      network = Recognition("a network of \(library)")
      obstacle = (
        "it holds \(library)'s \(what) ('\(printable(example))'), which this program cannot run",
        "give weights of a \(series(families.flatMap(\.networks), "or")) network and their config"
      )
      return
    }
    if let peer = PeerNames(checkpoint.entries.map(\.name)) {
      network = Recognition("a network of \(peer.owner)")
      obstacle = (
        "its tensors have \(peer.owner)'s names ('\(printable(peer.example))'), which this program does not read",
        peer.advice
      )
      return
    }
    let classes = tensors.shape(Projection.scope + ".weight").flatMap { $0.first }
    // The last first: ResNets, whose names the others have too, are the least particular.
    for candidate in families.reversed() where network == nil {
      network = candidate.recognise(tensors)
      if network != nil { family = candidate }
    }
    if let classes { network?.set(.modelNumClasses, "\(classes)") }
    holdOwnConfiguration(families)
    readHead(tensors)
    addUsualValues()
    if let peer { network?.add(peer) }
    if let own {
      for key in Configuration.keysRead where own.source(of: key) != .fallback { network?.settle(key) }
    }
    network.map { findCandidates($0, classes) }
  }

  /// Holds the file's own configuration against its tensors: of what it says otherwise, that is taken under which the
  /// tensors are the same, and the rest is said.
  private mutating func holdOwnConfiguration(_ families: [any ModelFamily]) {
    guard let own, let network else { return }
    let others = network.settings.compactMap { setting -> FileFacts.Override? in
      guard own.source(of: setting.key) != .fallback, let value = own.overrideText(setting.key), !setting.admits(value)
      else { return nil }
      return FileFacts.Override(key: setting.key, value: value)
    }
    if others.isEmpty { return }
    // What another library's names say of a network, its tensors do not.
    let taken = peer == nil ? sameTensors(others, network, families) : []
    for setting in taken { self.network?.replace(setting.key, by: setting.value) }
    let denied = others.filter { !taken.contains($0) }
    if denied.isEmpty { return }
    let said = "the file's own configuration (cfg) has \(series(denied.map(\.text), "and"))"
    func isDenied(_ key: Key<String>) -> Bool { denied.contains { $0.key == key.name } }
    if isDenied(.modelArch) || isDenied(.modelModelName) && own.source(of: .modelArch) == .fallback {
      self.own = nil
      self.network?.remark("\(said): it is another network's, and nothing of it is taken")
    } else {
      let now = denied.map { setting in network.settings.first { $0.key == setting.key }?.value ?? "" }
      self.network?.remark("\(said), where the tensors have \(series(now, "and")): taken is what they have")
    }
  }

  /// Those of a configuration's values under which the network has as many of the file's tensors as under those that were
  /// recognised: all, where they do together, else those that do by themselves.
  private func sameTensors(
    _ values: [FileFacts.Override], _ network: Recognition, _ families: [any ModelFamily]
  ) -> [FileFacts.Override] {
    func misfits(_ values: [FileFacts.Override]) -> Int {
      var trial = network
      for setting in values { trial.replace(setting.key, by: setting.value) }
      let report = try? NetworkFit.report(
        of: self, under: FileFacts(trial, own: nil, family).configuration(), families)
      return report.map { $0.missing.count + $0.mismatched.count + $0.unused.count } ?? Int.max
    }
    let least = misfits([])
    if least == Int.max || misfits(values) <= least { return least == Int.max ? [] : values }
    return values.filter { misfits([$0]) <= least }
  }

  /// The usual values of keys of the head that leave no trace in tensors.
  private mutating func addUsualValues() {
    let isOfBoxes = head == .boxes
    if isOfBoxes, let others = network?.untracedOfBoxes {
      network?.untraced.merge(others) { _, ofBoxes in ofBoxes }
    }
    // Charades' videos have several classes.
    let hasSeveral = isOfBoxes || head == .clips(dataSet: Self.dataSets[Self.classesOfCharades])
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
    for path in models.compactMap(\.config) + (peer == nil ? UnpublishedConfigs.paths(traits) : [])
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
  /// The data sets of whole clips that a number of classes speaks for.
  private static let dataSets = [
    usualClasses: "Kinetics-400", 600: "Kinetics-600", 700: "Kinetics-700", 101: "UCF101",
    classesOfCharades: "Charades",
    174: "Something-Something v2", classesOfImageNet: "ImageNet",
  ]
  private static let classesOfAVA: Set = [
    ActionDataset.ava.classNames.count, ActionDataset.ava.scoredClasses?.count ?? 0,
  ]

  /// The number of classes of the last layer; nil where there is no such matrix.
  private func scored(_ tensors: TensorIndex) -> Int? {
    guard let shape = tensors.shape(Projection.scope + ".weight"), shape.count == 2 else { return nil }
    return shape[0]
  }

  /// Tells what the head scores, whatever else the file has.
  private mutating func readHead(_ tensors: TensorIndex) {
    guard let classes = scored(tensors) else {
      network?.remark(
        tensors.hasPrefix(Self.selfSupervisedHead)
          ? "the head is a multi-layer projection of self-supervised training" : "there is no head")
      return
    }
    let dataSet = Self.dataSets[classes]
    scoresBoxes = peer?.scoresBoxes ?? family?.scoresBoxes(tensors)
    let isOfConfig = own.flatMap { $0.source(of: .detectionEnable) == .fallback ? nil : $0[.detectionEnable] }
    if let scoresBoxes, let isOfConfig, scoresBoxes != isOfConfig {
      network?.remark(
        "the file's own configuration (cfg) has \(Key.detectionEnable.name) \(isOfConfig ? "True" : "False"), and the tensors' "
          + "names say otherwise: taken is what they say")
    }
    if let isOfBoxes = scoresBoxes ?? isOfConfig {
      head = isOfBoxes ? .boxes : .clips(dataSet: dataSet)
      network?.set(.detectionEnable, isOfBoxes ? "True" : "False")
      network?.remark(
        "the head is \(isOfBoxes ? "an RoI head" : "a classification head") by "
          + (scoresBoxes == nil ? "the file's own configuration" : "the tensors' names"))
    } else if Self.classesOfAVA.contains(classes) {
      head = .boxes
      network?.remark(
        "\(classes) classes suggest \(ActionDataset.ava.name)'s RoI head: DETECTION.ENABLE True (both heads have the same tensors)"
      )
    } else if let dataSet {
      head = .clips(dataSet: dataSet)
      network?.remark(
        "\(classes) classes suggest \(dataSet)'s classification head: DETECTION.ENABLE False (both heads have the same tensors)"
      )
    } else {
      network?.remark("the RoI head and the classification head have the same tensors: DETECTION.ENABLE cannot be told")
    }
  }
}
