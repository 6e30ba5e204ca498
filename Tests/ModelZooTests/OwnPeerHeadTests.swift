import Checkpoint
import Configuration
import Kernels
import ModelZoo
import NN
import TestSupport
import Testing
import VideoModels

/// A head for boxes that is no RoI head of this project, and knows no other library's ways.
private struct OwnHead: Head {
  var head = RoIHead(classes: 80, activation: .sigmoid, resolution: 7, stride: 16, aligned: true)

  var classes: Int { head.classes }
  var scoresBoxes: Bool { true }

  func layers(channels: [Int], weights: WeightReader, engine: Engine) -> any HeadLayers {
    head.layers(channels: channels, weights: weights, engine: engine)
  }
}

/// The same, which takes the frames that a library pools, and nothing else.
private struct WillingHead: PeerHead {
  var own = OwnHead()

  var classes: Int { own.classes }
  var scoresBoxes: Bool { true }

  func layers(channels: [Int], weights: WeightReader, engine: Engine) -> any HeadLayers {
    own.layers(channels: channels, weights: weights, engine: engine)
  }

  mutating func adapt(to semantics: PeerSemantics, _ adaptation: inout PeerAdaptation) throws(PeerError) {
    guard let boxes = semantics.boxes else { return }
    if boxes.hidden != nil { throw .impossible(problem: "it has one layer", remedy: "take another") }
    own.head.frames = boxes.frames
    adaptation.notices.append("the frames are \(boxes.frames)")
  }
}

/// Whole clips, by nothing that is known elsewhere.
private struct ClipHead: Head {
  var classes: Int { 4 }
  var scoresBoxes: Bool { false }

  func layers(channels: [Int], weights: WeightReader, engine: Engine) -> any HeadLayers {
    ClassificationHead(classes: 4, activation: .softmax, window: nil)
      .layers(channels: channels, weights: weights, engine: engine)
  }
}

/// What a library's head does otherwise, a head does or the load is refused: never neither.
@Suite struct OwnPeerHeadTests {
  private func peer(scoresBoxes: Bool, _ change: (inout PeerSemantics) -> Void) -> PeerNetwork {
    var semantics = PeerSemantics()
    change(&semantics)
    return PeerNetwork(library: "PyTorchVideo", modules: [], scoresBoxes: scoresBoxes, semantics: semantics)
  }

  private func detector(_ change: (inout PeerSemantics.Boxes) -> Void = { _ in }) -> PeerNetwork {
    peer(scoresBoxes: true) { semantics in
      var boxes = PeerSemantics.Boxes(aligned: false, resolution: 7)
      change(&boxes)
      semantics.boxes = boxes
    }
  }

  /// A head on some backbone, adapted under a configuration of boxes or clips.
  private func adapted(_ head: any Head, _ peer: PeerNetwork) throws -> (head: any Head, notices: [String]) {
    var config = Configuration.defaults
    try config.apply(overrides: [
      "MODEL.MODEL_NAME", "ResNet", "MODEL.ARCH", "slow", "DETECTION.ENABLE", head.scoresBoxes ? "True" : "False",
      "MODEL.HEAD_ACT", head.scoresBoxes ? "sigmoid" : "softmax",
    ])
    var architecture = try Architecture(config)
    architecture.head = head
    let notices = try peer.adapt(&architecture, config)
    return (architecture.head, notices)
  }

  @Test func aHeadThatTakesNothingIsRefused() throws {
    let error = #expect(throws: PeerError.self) { try adapted(OwnHead(), detector { $0.frames = .maximum }) }
    #expect(
      "\(try #require(error))"
        == "weights: PyTorchVideo's network scores by RoIAlign of 7x7 with aligned False, the maximum over the frames before "
        + "RoIAlign, and the head of MODEL.MODEL_NAME 'ResNet' (given as KEY VALUE) knows no such thing -> give weights of "
        + "PySlowFast's own network")
    let clips = peer(scoresBoxes: false) { $0.clips.joinsLastFirst = true }
    #expect(throws: PeerError.self) { try adapted(ClipHead(), clips) }
    // Nothing is asked of it.
    #expect(try adapted(ClipHead(), peer(scoresBoxes: false) { _ in }).notices == [])
  }

  @Test func aHeadTakesWhatItCan() throws {
    let (head, notices) = try adapted(WillingHead(), detector { $0.frames = .maximum })
    #expect((head as? WillingHead)?.own.head.frames == .maximum)
    #expect(
      notices == [
        "the frames are maximum", "as PyTorchVideo's networks have it: the maximum over the frames before RoIAlign",
      ])
    #expect(throws: PeerError.impossible(problem: "it has one layer", remedy: "take another")) {
      try adapted(WillingHead(), detector { $0.hidden = 8 })
    }
  }

  /// Weights of clips under a head for boxes: their own way to score is nobody's, and is not said to be taken.
  @Test func headsOfOtherThingsAreLeft() throws {
    let clips = peer(scoresBoxes: false) { $0.clips.averagesWholeMaps = true }
    let (head, notices) = try adapted(OwnHead(), clips)
    #expect((head as? OwnHead)?.head == OwnHead().head && notices == [])
  }

  @Test func thisProjectsHeadsTakeAll() throws {
    let roi = RoIHead(classes: 80, activation: .sigmoid, resolution: 7, stride: 16, aligned: true)
    let boxes = detector { ($0.frames, $0.hasContext, $0.hidden, $0.resolution) = (.maximum, true, 8, 8) }
    var expected = roi
    (expected.frames, expected.hasContext, expected.hidden) = (.maximum, true, 8)
    (expected.resolution, expected.aligned) = (8, false)
    #expect(try adapted(roi, boxes).head as? RoIHead == expected)
    let head = ClassificationHead(classes: 4, activation: .softmax, window: 7)
    let clips = peer(scoresBoxes: false) {
      ($0.clips.averagesWholeMaps, $0.clips.joinsLastFirst) = (true, true)
    }
    #expect(
      try adapted(head, clips).head as? ClassificationHead
        == ClassificationHead(classes: 4, activation: .softmax, window: nil, joinsLastFirst: true))
  }
}
