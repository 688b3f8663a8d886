package dev.clusterbox.standin;

import com.google.gson.JsonObject;

/** The small objects that every method of the Web API answers with. */
final class Answer {

    private Answer() {}

    static JsonObject ok() {
        var answer = new JsonObject();
        answer.addProperty("ok", true);
        return answer;
    }

    static JsonObject error(String error) {
        var answer = new JsonObject();
        answer.addProperty("ok", false);
        answer.addProperty("error", error);
        return answer;
    }
}
