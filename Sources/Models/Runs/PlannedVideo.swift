internal import AVARecords
internal import Clips
internal import Geometry
public import Inference

/// What a run scores of one video, as a run directory keeps it: with it, results are made from the journal alone.
public struct PlannedVideo: Sendable {
  /// Which of the run's videos it is, from 0: rows stand in this order.
  public let number: Int
  public let name: String
  public let tasks: [ClipTask]

  public init(number: Int, name: String, tasks: [ClipTask]) {
    self.number = number
    self.name = name
    self.tasks = tasks
  }

  /// Whether it is the same video with the same key frames: what else there is of tasks is a matter of the run's identity.
  func isSame(as other: PlannedVideo) -> Bool {
    name == other.name && tasks.elementsEqual(other.tasks) { $0.keyFrame == $1.keyFrame && $0.center == $1.center }
  }

  /// The same video with other tasks.
  public func with(_ tasks: [ClipTask]) -> PlannedVideo { PlannedVideo(number: number, name: name, tasks: tasks) }
}

extension ByteWriter {
  mutating func add(_ video: PlannedVideo) {
    add(UInt32(video.number))
    add(video.name)
    var lists: [[View]] = []
    for task in video.tasks where !lists.contains(task.views) { lists.append(task.views) }
    add(UInt32(lists.count))
    for list in lists {
      add(UInt32(list.count))
      for view in list { add(view.description) }
    }
    add(UInt32(video.tasks.count))
    for task in video.tasks {
      add(task.keyFrame.time.microseconds)
      add(Int64(task.center))
      add(task.moment.seconds.bitPattern)
      add(Int64(task.moment.frame))
      add(UInt32(lists.firstIndex(of: task.views) ?? 0))
      add(UInt32(task.people?.count ?? Int(UInt32.max)))
      add(task.people ?? [])
    }
  }
}

extension ByteReader {
  mutating func video() -> PlannedVideo? {
    guard let number = number(UInt32.self), let name = text(), let lists = list({ $0.views() }),
      let tasks = list({ $0.task(of: name, lists) }), count == 0
    else { return nil }
    return PlannedVideo(number: Int(number), name: name, tasks: tasks)
  }

  /// A count and as many things; nil where one of them is wrong.
  private mutating func list<Element>(_ element: (inout ByteReader) -> Element?) -> [Element]? {
    guard let length = number(UInt32.self), length <= count else { return nil }
    var elements: [Element] = []
    for _ in 0..<length {
      guard let next = element(&self) else { return nil }
      elements.append(next)
    }
    return elements
  }

  private mutating func views() -> [View]? {
    let views = list { $0.text().flatMap { View($0) } }
    return views?.isEmpty == true ? nil : views
  }

  private mutating func task(of video: String, _ lists: [[View]]) -> ClipTask? {
    guard let time = number(Int64.self), let center = number(Int64.self), let seconds = number(UInt64.self),
      let frame = number(Int64.self), let list = number(UInt32.self), list < lists.count,
      let people = number(UInt32.self)
    else { return nil }
    let isWhole = people == .max
    if !isWhole && people > count / 40 { return nil }
    let persons = isWhole ? nil : (0..<people).compactMap { _ in person() }
    return ClipTask(
      KeyFrame(video: video, time: Timestamp(microseconds: time)), center: Int(center),
      moment: ClipTask.Moment(seconds: Double(bitPattern: seconds), frame: Int(frame)), people: persons,
      views: lists[Int(list)])
  }

  private mutating func person() -> ClipTask.Person? {
    let values = (0..<5).compactMap { _ in number(UInt64.self).map { Double(bitPattern: $0) } }
    if values.count < 5 { return nil }
    return ClipTask.Person(
      box: UnitBox(x1: values[0], y1: values[1], x2: values[2], y2: values[3]), proposalScore: values[4])
  }
}
