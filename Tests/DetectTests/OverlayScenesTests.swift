import AVARecords
import Detect
import Geometry
import Overlay
import Testing

@Suite struct OverlayScenesTests {
  private let left = UnitBox(x1: 0, y1: 0, x2: 0.3, y2: 1)
  private let right = UnitBox(x1: 0.5, y1: 0, x2: 0.8, y2: 1)

  private func scenes(labels: LabelMap? = nil) -> OverlayScenes {
    var (found, truth) = (DetectionTable(), GroundTruthTable())
    found.append(video: "v", second: 902, box: left, actionID: 1, score: 0.5)
    found.append(video: "v", second: 902, box: right, actionID: 7, score: 0.25)
    found.append(video: "v", second: 902, box: left, actionID: 7, score: 0.125)
    truth.append(video: "w", second: 3, box: left, actionID: 9)
    truth.append(video: "v", second: 903, box: right, actionID: 1)
    truth.append(video: "v", second: 903, box: right, actionID: 1)
    return OverlayScenes(found, truth, labels: labels)
  }

  /// A box is a person: rows of the same box are their actions.
  @Test func rowsBecomePeople() throws {
    let scenes = scenes(labels: try LabelMap([.init(id: 1, name: "stand")]))
    #expect(scenes.names == ["v", "w"])
    #expect(scenes.videos["v"]?.keys.map(\.seconds).sorted() == [902, 903])
    let first = try #require(scenes.videos["v"]?.first { $0.key.seconds == 902 }?.value)
    #expect(
      first.people == [
        DetectedPerson(
          box: left, actions: [ScoredAction(name: "stand", score: 0.5), ScoredAction(name: "action 7", score: 0.125)]),
        DetectedPerson(box: right, actions: [ScoredAction(name: "action 7", score: 0.25)]),
      ])
    #expect(first.groundTruth.isEmpty)
    let second = try #require(scenes.videos["v"]?.first { $0.key.seconds == 903 }?.value)
    #expect(second.people.isEmpty && second.groundTruth == [LabelledPerson(box: right, actions: ["stand", "stand"])])
  }

  @Test func idsWithoutANameAreNamedOnce() throws {
    #expect(scenes().unnamed == [1, 7, 9])
    #expect(scenes(labels: try LabelMap([.init(id: 1, name: "stand")])).unnamed == [7, 9])
    #expect(scenes(labels: try LabelMap([.init(id: 1, name: "stand")])).actionNames == ["stand"])
  }

  @Test func nothing() {
    let scenes = OverlayScenes(DetectionTable(), nil, labels: nil)
    #expect(scenes.names.isEmpty && scenes.videos.isEmpty && scenes.unnamed.isEmpty && scenes.actionNames.isEmpty)
  }
}
