import java.io.File;
import java.io.FileReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.gephi.graph.api.DirectedGraph;
import org.gephi.graph.api.Edge;
import org.gephi.graph.api.GraphController;
import org.gephi.graph.api.GraphModel;
import org.gephi.graph.api.Interval;
import org.gephi.graph.api.Node;
import org.gephi.io.importer.api.Container;
import org.gephi.io.importer.api.ContainerUnloader;
import org.gephi.io.importer.api.EdgeDirectionDefault;
import org.gephi.io.importer.api.EdgeMergeStrategy;
import org.gephi.io.importer.api.ImportController;
import org.gephi.io.importer.api.Issue;
import org.gephi.io.processor.plugin.DefaultProcessor;
import org.gephi.project.api.ProjectController;
import org.gephi.project.api.Workspace;
import org.openide.util.Lookup;

/** Gephi's own importer, headless, on each GraphML and GEXF file of a folder: every node and edge as it arrives, one line each, for a comparison
 *  with the model. Text is written with its UTF-16 units in hex where it is not plain. */
public final class ReadExports {
  public static void main(String[] arguments) throws Exception {
    File[] files = new File(arguments[0]).listFiles((folder, name) -> name.endsWith(".graphml") || name.endsWith(".gexf"));
    Arrays.sort(files);
    for (File file : files) read(file);
  }

  private static void read(File file) throws Exception {
    ProjectController projects = Lookup.getDefault().lookup(ProjectController.class);
    projects.newProject();
    Workspace workspace = projects.getCurrentWorkspace();
    Container container = Lookup.getDefault().lookup(ImportController.class).importFile(file);
    if (container == null) throw new IllegalStateException(file + " was not imported");
    container.getLoader().setEdgeDefault(EdgeDirectionDefault.DIRECTED);
    container.getLoader().setEdgesMergeStrategy(EdgeMergeStrategy.NO_MERGE);
    container.getLoader().setAutoScale(true);
    for (var issues = container.getReport().getIssues(1000); issues.hasNext();) {
      Issue issue = issues.next();
      if (issue.getLevel() != Issue.Level.INFO) System.out.println("issue\t" + file.getName() + "\t" + issue.getLevel() + "\t" + issue.getMessage());
    }
    Lookup.getDefault().lookup(ImportController.class).process(container, new DefaultProcessor(), workspace);
    GraphModel model = Lookup.getDefault().lookup(GraphController.class).getGraphModel(workspace);
    DirectedGraph graph = model.getDirectedGraph();
    System.out.println("file\t" + file.getName() + "\t" + graph.getNodeCount() + "\t" + graph.getEdgeCount());
    for (Node node : graph.getNodes()) {
      StringBuilder line = new StringBuilder("node\t" + file.getName() + "\t" + node.getId());
      line.append("\tx=" + node.x()).append("\ty=" + node.y()).append("\tsize=" + node.size());
      line.append("\tcolor=" + String.format("#%06x", node.getRGBA() & 0xffffff)).append("\tlabel=" + plain(node.getLabel()));
      attributes(line, node, node.getAttributeKeys());
      System.out.println(line);
    }
    for (Edge edge : graph.getEdges()) {
      StringBuilder line = new StringBuilder("edge\t" + file.getName() + "\t" + edge.getSource().getId() + "\t" + edge.getTarget().getId());
      line.append("\ttype=" + model.getEdgeTypeLabel(edge.getType())).append("\tdirected=" + edge.isDirected()).append("\tweight=" + edge.getWeight());
      line.append("\tlabel=" + plain(edge.getLabel())).append("\tspells=" + spells(edge));
      attributes(line, edge, edge.getAttributeKeys());
      System.out.println(line);
    }
    projects.closeCurrentProject();
  }

  private static void attributes(StringBuilder line, org.gephi.graph.api.Element element, java.util.Set<String> keys) {
    for (String key : new java.util.TreeSet<>(keys)) {
      if (key.equals("id") || key.equals("label") || key.equals("weight") || key.equals("timeset") || key.equals("timestamp")) continue;
      Object value = element.getAttribute(key);
      if (value != null) line.append("\t" + key + "=" + plain(value.toString()));
    }
  }

  private static String spells(Edge edge) {
    Interval[] intervals = edge.getIntervals();
    List<String> text = new ArrayList<>();
    if (intervals != null)
      for (Interval interval : intervals) text.add((long) interval.getLow() + ".." + (long) interval.getHigh());
    return String.join(";", text);
  }

  /** JSON's escapes, ASCII only. */
  private static String plain(String text) {
    if (text == null) return "";
    StringBuilder out = new StringBuilder();
    for (char c : text.toCharArray()) {
      if (c >= 0x20 && c < 0x7f && c != '\\') out.append(c);
      else out.append(String.format("\\u%04x", (int) c));
    }
    return out.toString();
  }
}
