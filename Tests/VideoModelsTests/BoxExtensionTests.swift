import Configuration
import Kernels
import ModelZoo
import NN
import RoIAlign
import TestSupport
import Tensors
import Testing
import VideoModels

/// Boxes that grow before their features are pooled.
@Suite struct BoxExtensionTests {
  private func head(_ width: Float, _ height: Float) -> RoIHead {
    RoIHead(
      classes: 3, activation: .sigmoid, resolution: 7, stride: 16, aligned: false,
      boxExtension: BoxExtension(width: width, height: height))
  }

  private func box(_ x1: Float, _ y1: Float, _ x2: Float, _ y2: Float) -> Region {
    Region(batchIndex: 1, x1: x1, y1: y1, x2: x2, y2: y2)
  }

  private func grown(_ box: Region, _ width: Float, _ height: Float) -> Region {
    head(width, height).pooledRegions([box], clipHeight: 60, clipWidth: 100)[0]
  }

  /// By hand: from 20 to 59 are 40 pixels, a tenth of them is 4; from 10 to 29 are 20, a twentieth is 1.
  @Test func halfOfTheShareOnEachSide() {
    #expect(grown(box(20, 10, 59, 29), 0.1, 0.05) == box(18, 9.5, 61, 29.5))
    #expect(grown(box(20, 10, 59, 29), 0.5, 0) == box(10, 10, 69, 29))
    #expect(grown(box(20, 10, 59, 29), 0, 0) == box(20, 10, 59, 29))
    #expect(grown(box(20, 10, 20, 10), 1, 1) == box(19.5, 9.5, 20.5, 10.5))
  }

  /// The last column of 100 is 99, the last row of 60 is 59.
  @Test func noFurtherThanTheFrame() {
    #expect(grown(box(0, 0, 99, 59), 0.1, 0.05) == box(0, 0, 99, 59))
    #expect(grown(box(0, 0, 100, 60), 0, 0) == box(0, 0, 99, 59))
    #expect(grown(box(-20, -3, 5, 70), 0, 0) == box(0, 0, 5, 59))
    #expect(grown(box(120, 80, 140, 90), 0.1, 0.05) == box(99, 59, 99, 59))
  }

  @Test func boxesThatAreNotFiniteStay() {
    for wrong in [box(.nan, 0, 5, 5), box(0, -.infinity, 5, 5), box(0, 0, .infinity, 5)] {
      #expect("\(grown(wrong, 0.1, 0.05))" == "\(wrong)")
    }
    #expect(
      RoIHead(classes: 1, activation: .sigmoid, resolution: 7, stride: 16, aligned: true)
        .pooledRegions([box(-5, -5, 500, 500)], clipHeight: 60, clipWidth: 100) == [box(-5, -5, 500, 500)])
  }

  private func model(_ boxExtension: BoxExtension?, _ engine: Engine) throws -> VideoModel {
    var architecture = try Architecture(
      configured(MViTTests.small + ["DETECTION.ENABLE", "True", "MODEL.HEAD_ACT", "sigmoid"]))
    var head = try #require(architecture.head as? RoIHead)
    head.boxExtension = boxExtension
    architecture.head = head
    return try loaded(architecture, engine: engine)
  }

  /// A network that lets boxes grow gives what another gives of the grown ones, to which clip's frame they are cut and
  /// not to the map's, with each clip's boxes, in reference and fast ways; and the boxes' places matter.
  @Test(arguments: [ConvolutionAlgorithm?.none, .reference])
  func growingFirstIsTheSame(_ algorithm: ConvolutionAlgorithm?) throws {
    let engine = Engine(threads: 2, planner: ConvolutionPlanner(forced: algorithm))
    let (growing, plain) = (try model(BoxExtension(width: 0.3, height: 0.2), engine), try model(nil, engine))
    let clip = filledClip([2, 3, 4, 38, 45])
    let small = [
      Region(batchIndex: 0, x1: 4, y1: 3, x2: 23, y2: 27), Region(batchIndex: 1, x1: 30, y1: 20, x2: 44.5, y2: 40),
    ]
    // 20 and 25 pixels; 15.5 and 21, cut at 44 and 37.
    let large = [
      Region(batchIndex: 0, x1: 1, y1: 0.5, x2: 26, y2: 29.5),
      Region(batchIndex: 1, x1: 27.675, y1: 17.9, x2: 44, y2: 37),
    ]
    let found = try growing.detect(clip, small).array
    #expect(difference(found, try plain.detect(clip, large).array, .absolute(1e-6)) == nil)
    #expect(difference(found, try plain.detect(clip, small).array, .absolute(1e-5)) != nil)
    #expect(try growing.timedLayers(clip, small).count == plain.timedLayers(clip, large).count)
    #expect(
      try growing.macs(batch: 2, height: 38, width: 45, small) == plain.macs(batch: 2, height: 38, width: 45, large))
  }
}
