import Checkpoint
import Kernels
import ObjectDetectors
import Tensors
import TestSupport
import Testing

/// Files in which something stands before every name.
@Suite struct WrappedFileTests {
  @Test(
    "What data-parallel training, a compiler or Lightning puts before all names is left out, and said",
    arguments: [
      ("detectron2", "module."), ("torchvision", "module."), ("mmdetection", "module."),
      ("torchvision", "module._orig_mod."), ("torchvision", "model."), ("detectron2", "detector.net."),
    ])
  func prefixes(_ library: String, _ prefix: String) throws {
    let family = ["detectron2": RCNNFamily.detectron2, "torchvision": .torchvision, "mmdetection": .mmdetection][
      library]!
    let tensors = RCNNFixture.tensors(family, RCNNFixture.architecture())
    func found(_ tensors: [(name: String, tensor: Tensor)]) throws -> (name: String, notices: [String]) {
      try RCNNFixture.withFile(tensors) { path in
        let detector = try openDetector(path: path, engine: Engine(threads: 1))
        return (detector.name, detector.notices)
      }
    }
    let plain = try found(tensors)
    let wrapped = try found(tensors.map { (prefix + $0.name, $0.tensor) })
    #expect(wrapped.name == plain.name)
    #expect(wrapped.notices == ["'\(prefix)' stands before every name and is left out"] + plain.notices)
  }

  /// A second network beside the detector is no wrapper.
  @Test func namesOfSeveralNetworks() throws {
    let tensors = RCNNFixture.tensors(.torchvision, RCNNFixture.architecture())
    let both = tensors.map { ("student." + $0.name, $0.tensor) } + tensors.map { ("teacher." + $0.name, $0.tensor) }
    try RCNNFixture.withFile(both) { path in
      let error = #expect(throws: ObjectDetectorError.self) { try openDetector(path: path, engine: Engine(threads: 1)) }
      #expect(error?.description.contains("no detector's weights that are known here") == true)
    }
  }
}

/// Files that say what their classes are called.
@Suite struct ClassNameTests {
  /// Opens a file of three classes of MMDetection's with these names.
  private func open(_ names: [String]) throws -> any ObjectDetector {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/named.pth"
    try writeTorch(RCNNFixture.tensors(.mmdetection, RCNNFixture.architecture()), classNames: names, to: path)
    return try openDetector(path: path, engine: Engine(threads: 1))
  }

  @Test func personsAreFoundByName() throws {
    let voc = try open(["aeroplane", "cat", "person"])
    #expect(voc.personClass == 2 && voc.notices.count == 1)
    #expect(try open(["car", "Pedestrian", "cat"]).personClass == 1)
    #expect(try open(["person", "bicycle", "car"]).personClass == 0)
  }

  @Test func filesWithoutPersonsSaySo() throws {
    let cars = try open(["car", "bus", "van"])
    #expect(cars.personClass == 0)
    #expect(
      cars.notices.last
        == "none of the file's classes is called a person: car, bus, van -> boxes of 'car', class 0, are taken for people's; "
        + "give a detector of people, or say which class: slowfast people --class NUMBER", "\(cars.notices)")
    // Names that are not those of the network's outputs tell nothing.
    let others = try open(["cat", "person"])
    #expect(others.personClass == 0 && others.notices.last?.contains("2 names for 3 classes") == true)
  }
}
